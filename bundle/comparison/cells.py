# SPDX-License-Identifier: Apache-2.0
"""What a comparison asks for, and its cells: one training and one evaluation each, run by the commands a user types."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bundle
from bundle.comparison.methods import PRESETS, Method
from bundle.run_folder import (
    BEST,
    CALIBRATION,
    EVALUATION,
    LOG,
    MEAN_SHAPE_EVALUATION,
    MEAN_SHAPE_WEIGHTS,
    METRICS,
    MODEL,
    TRAINED,
    accepted,
    converged,
    has_checkpoint,
)

CONFIGS = Path(bundle.__file__).resolve().parents[1] / "configs"
RUN = [sys.executable, "-m", "monai.bundle", "run"]
INFERENCE = [CONFIGS / "inference.json"]
EVALUATE = [*INFERENCE, CONFIGS / "evaluate.yaml"]
CALIBRATE = [*EVALUATE, CONFIGS / "calibrate.yaml"]
PART_OF_A_CONFIG = ("@", "$", "%")
"""What MONAI takes a value for that begins so."""


@dataclass(frozen=True)
class Plan:
    """A comparison.

    Attributes:
        dataset_dir: Folder of `dataset.json`.
        out: Folder of the cells, tables and the page.
        shots: Numbers of labelled films.
        draws: Numbers of the draws of labelled films.
        methods: Rows, in the order of the tables.
        preset: Key of `PRESETS`.
        overlays: Config files to lay over the preset, for every training.
        stage2_overlays: Config files to lay over the method's, for trainings of stage 2.
        settings: Names and values, as typed, to give to every training.
        cache_dir: Folder of decoded films; None for the one in the data folder.
        initial_weights: Weights of an earlier run that stage 1 begins with; None for random ones.
        evaluates: Whether every cell is evaluated on the test films.
    """

    dataset_dir: Path
    out: Path
    shots: tuple[int, ...]
    draws: tuple[int, ...]
    methods: tuple[Method, ...]
    preset: str
    overlays: tuple[Path, ...] = ()
    stage2_overlays: tuple[Path, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    cache_dir: Path | None = None
    initial_weights: Path | None = None
    evaluates: bool = True

    def cells(self) -> list[Cell]:
        """The cells of the tables: draw by draw, so that whole columns come first, stage 1 first."""
        return [
            Cell(self, method, shots, draw)
            for draw in self.draws
            for shots in self.shots
            for method in sorted(self.methods, key=lambda method: method != self.stage1)
        ]

    def work(self) -> list[Cell]:
        """All there is to run: the cells of the tables, and the warm-ups that some of them need."""
        needed = dict.fromkeys(method.warm_up for method in self.methods if method.warm_up)
        return [*map(self.warm_up, needed), *self.cells()]

    @property
    def stage1(self) -> Method:
        """What those of stage 2 start from: DAG, or the graph of repeated parts."""
        return next((method.lineage[0] for method in self.methods if method.start), self.methods[0])

    def warm_up(self, method: Method) -> Cell:
        """A warm-up, which all draws share; its one labelled film only chooses the checkpoint."""
        return Cell(self, method, 1, 0)

    def folder(self, cell: Cell) -> Path:
        """The run folder of a cell."""
        if cell.method.is_warm_up:
            return self.out / cell.method.key
        return self.out / f"shots{cell.shots}_draw{cell.draw}" / cell.method.key

    @property
    def accepts_unconverged(self) -> bool:
        """Whether stage 2 is to be trained from a stage 1 that did not converge."""
        return self.settings.get("accept_unconverged", "").lower() == "true"

    @property
    def cache(self) -> Path:
        """Folder of decoded films, which all cells share."""
        return self.cache_dir or self.dataset_dir / "cache"


@dataclass(frozen=True)
class Cell:
    """One method, trained on one draw of labelled films; its folder is the `output_dir` of the run."""

    plan: Plan = field(repr=False, hash=False)
    method: Method
    shots: int
    draw: int

    def __str__(self) -> str:
        if self.method.is_warm_up:
            return self.method.name
        return f"{self.method.name}, {self.shots} labelled film{'s' if self.shots > 1 else ''}, draw {self.draw}"

    @property
    def folder(self) -> Path:
        """The run folder."""
        return self.plan.folder(self)

    @property
    def source(self) -> Cell:
        """Its stage 1: of the same films, shared by all methods of a draw that start from it."""
        return Cell(self.plan, self.method.lineage[0], self.shots, self.draw)

    @property
    def needs(self) -> list[Cell]:
        """Cells that have to be trained before this one can begin, the one it starts from first."""
        if self.method.start is None:
            return []
        start = Cell(self.plan, self.method.start, self.shots, self.draw)
        return [start, self.plan.warm_up(self.method.warm_up)] if self.method.warm_up else [start]

    @property
    def log(self) -> Path:
        """What the processes of the cell print."""
        return self.folder / LOG

    @property
    def evaluation(self) -> Path:
        """Folder of the evaluation on the test films, in the run folder, where `bundle report` looks for it."""
        if not self.method.stage:
            return self.source.folder / MEAN_SHAPE_EVALUATION
        return self.folder / EVALUATION

    @property
    def marker(self) -> Path:
        """A file that is written when the training has come to its end: its `minutes` and whether it was `resumed`."""
        return self.folder / TRAINED

    @property
    def trained(self) -> bool:
        """Whether nothing is left to train."""
        return self.marker.is_file() if self.method.stage else self.source.trained

    @property
    def done(self) -> bool:
        """Whether nothing is left to do: the evaluation, whose metrics are written last, is there, if there is one."""
        if self.method.is_warm_up or not self.plan.evaluates:
            return self.trained
        return (self.evaluation / METRICS).is_file()

    @property
    def diverged(self) -> bool:
        """Whether its stage 1 is trained and did not converge."""
        if not self.method.stage or not self.source.trained:
            return False
        return not converged(self.source.folder)

    @property
    def accepted(self) -> bool | None:
        """Whether stage 2 was better than stage 1 on the validation films; None of a cell without, or not trained."""
        if self.method.stage != 2 or not self.trained:
            return None
        return accepted(self.folder)

    @property
    def configs(self) -> list[Path]:
        """Config files of the training, each laid over those before it."""
        preset = PRESETS[self.plan.preset]
        shared = [*preset.configs, *(preset.one_film if self.shots == 1 else ())]
        stage2 = self.plan.stage2_overlays if self.method.stage == 2 else ()
        own = (CONFIGS / name for name in self.method.overlays)
        return [*(CONFIGS / name for name in shared), *self.plan.overlays, *own, *stage2]

    def settings(self) -> dict[str, Any]:
        """Settings of the training on the command line, but for `resume`."""
        needed = zip(("stage1", "warm_up"), self.needs, strict=False)
        begins_with = self.plan.initial_weights if self.method == self.plan.stage1 else None
        return {
            **self.plan.settings,
            **({"initial_weights": begins_with} if begins_with else {}),
            "dataset_dir": self.plan.dataset_dir,
            "cache_dir": self.plan.cache,
            "shots": self.shots,
            "draw": self.draw,
            **{name: cell.folder for name, cell in needed},
            "output_dir": self.folder,
            "model_file": self.folder / MODEL,
        }

    def training_command(self) -> list[str]:
        """The words that train the cell, or go on with a training that was stopped."""
        resume = {"resume": True} if has_checkpoint(self.folder) else {}
        return [*RUN, "training", *words_of(self.configs, {**self.settings(), **resume})]

    def evaluation_command(self) -> list[str]:
        """The words that evaluate the cell on the test films."""
        weights = self.folder / BEST if self.method.stage else self.source.folder / MEAN_SHAPE_WEIGHTS
        settings = {
            "dataset_dir": self.plan.dataset_dir,
            "cache_dir": self.plan.cache,
            "checkpoint": weights,
            "output_dir": self.evaluation,
            "split": "test",
        }
        return [*RUN, "evaluate", *words_of(EVALUATE, settings)]

    def calibration_command(self) -> list[str]:
        """The words that learn from the validation films which error to expect of the cell's weights."""
        settings = {
            "dataset_dir": self.plan.dataset_dir,
            "cache_dir": self.plan.cache,
            "checkpoint": self.folder / BEST,
            "output_dir": self.folder / CALIBRATION,
        }
        return [*RUN, "calibrate", *words_of(CALIBRATE, settings)]


def words_of(configs: list[Path], settings: Mapping[str, Any]) -> list[str]:
    """The words behind `run ID` that name config files and settings."""
    options = [word for name, value in settings.items() for word in (f"--{name}", _word(value))]
    return ["--config_file", str([str(file) for file in configs]), *options]


def _word(value: Any) -> str:
    """A value as it is typed; a path is never taken for a part of the config."""
    return f"./{value}" if isinstance(value, Path) and str(value).startswith(PART_OF_A_CONFIG) else str(value)
