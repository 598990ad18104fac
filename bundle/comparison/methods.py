# SPDX-License-Identifier: Apache-2.0
"""The methods and the presets that are compared, as data: one more method is one more line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from bundle.errors import ConfigurationError
from bundle.run_folder import BEST

FEW_SHOT = "few_shot.yaml"


@dataclass(frozen=True)
class Method:
    """A row of the tables.

    Attributes:
        key: Its name on the command line and in paths.
        name: Its name in tables.
        stage: 2 for one that starts from another of the same draw, 1 for one that trains from its labelled films alone,
            0 for one that is not trained.
        overlays: Files of configs/ to lay over the preset.
        warm_up: The warm-up that it needs as well; None for most.
        start: Whose run it starts from, or looks at; None of stage 1.
        repeated: Whether it is for data sets that declare repeated parts, or for others; None for all.
    """

    key: str
    name: str
    stage: int
    overlays: tuple[str, ...] = ()
    warm_up: Method | None = None
    start: Method | None = None
    repeated: bool | None = None

    @property
    def lineage(self) -> tuple[Method, ...]:
        """What it starts from, what that starts from and so on, the first one first, and itself."""
        return (*(self.start.lineage if self.start else ()), self)

    @property
    def takes_unlabelled(self) -> bool:
        """Whether it learns from films without landmarks."""
        return FEW_SHOT in self.overlays and self.key != TRAINED_ON.key

    @property
    def is_warm_up(self) -> bool:
        """Whether it is no row: it learns from all films alike, so one run serves every draw."""
        return self in WARM_UPS

    def on_parts(self) -> Method:
        """The same where stage 1 is the graph of repeated parts, and not DAG, which does not learn them."""
        if self.start != DAG:
            return self
        name = self.name.replace(DAG.name, PARTS.name.lower())
        return replace(self, name=name[0].upper() + name[1:], overlays=(*PARTS.overlays, *self.overlays), start=PARTS)


def _stage_two(key: str, name: str, warm_up: Method | None = None) -> Method:
    return Method(key, name, 2, (FEW_SHOT, f"methods/{key}.yaml"), warm_up, start=DAG)


WARM_UP = Method("warm_up", "Warm-up", 1, ("warm_up.yaml",))
WARM_UP_WINDOWS = Method("warm_up_windows", "Warm-up of windows", 1, ("warm_up.yaml", "warm_up_windows.yaml"))
WARM_UPS = (WARM_UP, WARM_UP_WINDOWS)
DAG = Method("dag", "DAG", 1)
MEAN_SHAPE = Method("mean_shape", "Mean shape alone", 0, start=DAG)
WINDOWS = Method("windows", "DAG + windows", 2, ("windows.yaml",), start=DAG, repeated=False)
WINDOWS_MULTI_VIEW = Method(
    "windows_multi_view",
    "Windows, multi-view",
    2,
    ("windows.yaml", FEW_SHOT, "methods/windows_multi_view.yaml"),
    start=WINDOWS,
    repeated=False,
)
WINDOWS_MATCHING = Method(
    "windows_matching",
    "Windows, matching",
    2,
    (*WINDOWS_MULTI_VIEW.overlays, "methods/windows_matching.yaml"),
    WARM_UP_WINDOWS,
    start=DAG,
    repeated=False,
)
WINDOWS_MATCHING_MULTI_VIEW = replace(
    WINDOWS_MULTI_VIEW,
    key="windows_matching_multi_view",
    name="Windows, matching, then multi-view",
    start=WINDOWS_MATCHING,
)
PARTS = Method("parts", "Graph of parts", 1, ("parts.yaml",), repeated=True)
PARTS_WINDOWS = Method(
    "parts_windows",
    "Graph of parts + windows",
    2,
    ("parts.yaml", "windows.yaml", "methods/parts_windows.yaml"),
    start=PARTS,
    repeated=True,
)
PARTS_CONFIDENT = Method(
    "parts_confident",
    "Graph of parts, confident pseudo label",
    2,
    ("parts.yaml", FEW_SHOT, "methods/confident_pseudo_label.yaml"),
    start=PARTS,
    repeated=True,
)
PARTS_CONFIDENT_WINDOWS = replace(
    PARTS_WINDOWS,
    key="parts_confident_windows",
    name="Graph of parts, confident pseudo label, then windows",
    start=PARTS_CONFIDENT,
)
TRAINED_ON = _stage_two("trained_on", "DAG trained on")
PSEUDO_LABEL = _stage_two("pseudo_label", "Pseudo label")
FEW_SHOT_DAG_JS = _stage_two("few_shot_dag_js", "Few-shot DAG + JS")

METHODS = (
    MEAN_SHAPE,
    Method("spatial_configuration_net", "SpatialConfiguration-Net", 1, ("methods/spatial_configuration_net.yaml",)),
    DAG,
    TRAINED_ON,
    PSEUDO_LABEL,
    _stage_two("pi_model", "Π-model"),
    _stage_two("temporal_ensemble", "Temporal ensemble"),
    _stage_two("few_shot_dag", "Few-shot DAG"),
    FEW_SHOT_DAG_JS,
    _stage_two("multi_view", "Few-shot DAG, multi-view"),
    _stage_two("recommended", "Few-shot DAG, recommended", WARM_UP),
    WINDOWS,
    WINDOWS_MULTI_VIEW,
    WINDOWS_MATCHING,
    WINDOWS_MATCHING_MULTI_VIEW,
    PARTS,
    PARTS_WINDOWS,
    PARTS_CONFIDENT,
    PARTS_CONFIDENT_WINDOWS,
)
"""In the order of the paper's tables, then what goes beyond the paper."""


@dataclass(frozen=True)
class Preset:
    """Files of configs/ that every method of a comparison shares.

    Attributes:
        configs: For any number of labelled films.
        one_film: To lay over these for one labelled film.
        method: What `train` takes by itself, of films without repeated parts; None for the best that they allow.
    """

    configs: tuple[str, ...]
    one_film: tuple[str, ...] = ()
    method: Method | None = None


PRESETS = {
    "cpu": Preset(("train.json", "small.yaml"), ("one_film.yaml",)),
    "paper": Preset(("train.json",), method=FEW_SHOT_DAG_JS),
}


def stage_folder(method: Method) -> str:
    """Where a method is in the folder of one model: by its key where others follow it, `stage1` or `stage2`."""
    named = (*WARM_UPS, WINDOWS, WINDOWS_MATCHING, PARTS_CONFIDENT)
    return method.key if method in named else f"stage{method.stage}"


def stage_1_weights(run: Path, method: Method) -> Path:
    """The weights of stage 1 in the folder of one model, which was trained by a method."""
    return run / stage_folder(method.lineage[0]) / BEST


def methods_for(repeated: bool) -> tuple[Method, ...]:
    """The methods that suit a data set; all of stage 2 start from DAG, or from the graph of its repeated parts."""
    suiting = (method for method in METHODS if method.repeated in (None, repeated))
    return tuple(method.on_parts() if repeated else method for method in suiting)


def choose_methods(words: str, repeated: bool) -> tuple[Method, ...]:
    """Find methods by their keys, separated by commas, or `all`; mean shape and stage 1 are always among them.

    Args:
        words: what was asked for.
        repeated: whether the data set declares repeated parts; `all` are those that suit it.

    Raises:
        ConfigurationError: there is no such method, or not for this data set.
    """
    suiting = {method.key: method for method in methods_for(repeated)}
    always = {MEAN_SHAPE.key, (PARTS if repeated else DAG).key}
    known = {method.key for method in METHODS}
    chosen = set(suiting) if words == "all" else {word.strip() for word in words.split(",")}
    for unknown in sorted(chosen - known):
        keys = ", ".join(key for key in suiting if key not in always)
        raise ConfigurationError(f"--methods: there is no method {unknown!r}; choose all, or some of {keys}")
    for unsuited in sorted(chosen - set(suiting)):
        raise ConfigurationError(f"--methods: {unsuited} is {_UNSUITED[repeated]}")
    needed = {part.key for key in chosen | always for part in suiting[key].lineage}
    return tuple(method for key, method in suiting.items() if key in needed)


_UNSUITED = {
    True: f"for data sets without repeated parts, and dataset.json declares some; take {PARTS_CONFIDENT_WINDOWS.key}",
    False: "for repeated parts, and dataset.json declares none; declare them as docs/reference/data_format.md shows, "
    "or leave it out",
}
