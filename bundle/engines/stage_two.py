# SPDX-License-Identifier: Apache-2.0
"""Where stage 2 begins and how it ends: from a stage 1 that fits and converged, and never with a worse model."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import nn

from bundle.engines.checkpoint import RunCheckpoint
from bundle.engines.convergence import FILE_NAME as CONVERGENCE_FILE
from bundle.engines.film_errors import FilmErrors
from bundle.engines.history import VALIDATION
from bundle.engines.teachers import Teacher
from bundle.engines.weights import copy_weights, read_weights
from bundle.errors import CheckpointError, ConfigurationError
from bundle.files import write_text
from bundle.metrics.paired_bootstrap import Interval
from bundle.networks import DeepAdaptiveGraph
from bundle.transforms import Preprocessing

logger = logging.getLogger(__name__)

FILE_NAME = "acceptance.json"
ACCEPTED = "stage_2_accepted"
MODELS = ("teacher", "student")
NETWORK = "DeepAdaptiveGraph"
MUST_AGREE = (
    "image_size",
    "percentiles",
    "backbone",
    "hidden_features",
    "graph_layers",
    "local_steps",
    "share_local",
    "transform",
    "shots",
    "draw",
)


def start_stage_two(
    student: DeepAdaptiveGraph, teacher: Teacher, stage1: str | Path, card: Mapping[str, Any], accept_unconverged: bool
) -> None:
    """Give student and teacher the best weights of stage 1, or of another stage 2: its stage 1 was judged already.

    Args:
        student: the network to train.
        teacher: which starts from the student's weights.
        stage1: run folder of stage 1, or of a stage 2 that came to its end.
        card: settings of this run, which those of stage 1 have to agree with.
        accept_unconverged: whether to go on from a stage 1 that did not converge.

    Raises:
        CheckpointError: stage 1 is missing, did not converge, or is of other landmarks, settings or films.
    """
    weights = Path(stage1) / "best.pt"
    read = read_weights(weights)
    theirs, ours = _settings(read.card, weights), _settings(card, "this run")
    for run, settings in (str(weights), theirs), ("this run", ours):
        if settings["name"] != NETWORK:
            raise CheckpointError(
                f"{run}: its network is a {settings['name']}, and stage 2 trains on a {NETWORK} alone; "
                "leave out configs/methods/spatial_configuration_net.json in both stages"
            )
    for name in MUST_AGREE:
        if theirs.get(name) != ours[name]:
            raise CheckpointError(
                f"{weights}: stage 1 was trained with {name} {theirs.get(name)}, this run has {ours[name]}; "
                f"give --{name} {theirs.get(name)}, or the --stage1 of another run"
            )
    if ACCEPTED not in theirs:
        _require_converged(Path(stage1) / CONVERGENCE_FILE, accept_unconverged)
    read.require_landmarks(card["landmarks"])
    read.load_into(student)
    teacher.start(student)


def _settings(card: Mapping[str, Any], weights: str | Path) -> dict[str, Any]:
    """The settings of a run, of its preprocessing and of its network, whose `name` is the architecture's."""
    return {**card, **Preprocessing.of_card(card, weights).for_card(), **card["network"]}


def _require_converged(file: Path, accept_unconverged: bool) -> None:
    try:
        converged = bool(json.loads(file.read_text(encoding="utf-8"))["converged"])
    except (OSError, ValueError, KeyError) as error:
        raise CheckpointError(f"{file}: cannot be read; let stage 1 come to its end, it writes this file") from error
    if converged:
        return
    if not accept_unconverged:
        raise CheckpointError(
            f"{file}: stage 1 did not converge, so its pseudo ground truth would mislead stage 2; train stage 1 "
            "longer or on more films, or go on all the same with --accept_unconverged true"
        )
    logger.warning("stage 1 did not converge; going on all the same, as asked")


def two_networks(model: str, student: nn.Module, teacher: Teacher) -> tuple[nn.Module, nn.Module | None]:
    """The network that is the model, fixed before the run, and the other one if there is one.

    Args:
        model: "teacher" or "student".
        student: the network in training.
        teacher: whose network learns, or None.

    Raises:
        ConfigurationError: no such model, or the teacher has no network of its own that learns.
    """
    if model not in MODELS:
        raise ConfigurationError(f"model is {model!r}; choose one of {', '.join(MODELS)}")
    if model == "student":
        return student, teacher.network
    if teacher.network is None:
        raise ConfigurationError(
            f"model is 'teacher', but {type(teacher).__name__} has no network of its own that learns; "
            "give --model student"
        )
    return teacher.network, student


class StageTwoCheckpoint(RunCheckpoint):
    """Checkpoints of stage 2, with an acceptance test at its end.

    Its best weights are `stage2.pt`. Where they are not better on the validation films than stage 1's, beyond chance,
    `best.pt`, which leaves the run, is stage 1's; the log, the card and `acceptance.json` say so. The end only copies
    from files that it does not change, so that one which was cut short, or is done again, comes out the same.

    Its `save_dict` has `film_errors`, the `FilmErrors` of the model, which judge the gain.
    """

    start_name = "stage1"
    best_name = "stage2"

    @property
    def film_errors(self) -> FilmErrors:
        """The errors of each validation film."""
        film_errors: FilmErrors = self.save_dict["film_errors"]
        return film_errors

    def _leaving(self) -> Path:
        before, *after = self.history.validation_errors
        best = min(after, default=before)
        gain = self.film_errors.gain()
        accepted = gain is not None and gain.low > 0
        leaving = self.output_dir / "best.pt"
        facts = {ACCEPTED: accepted, "stage_1_validation_error_px": before}
        if accepted:
            copy_weights(self.best, leaving, facts)
        else:
            # the name and all else of this run's card: what leaves it has its settings
            copy_weights(self.start_weights, leaving, {**self.card, "epoch": 0, VALIDATION: before, **facts})
        self._record(before, best, gain, accepted)
        self._say(before, best, accepted)
        return leaving

    def _record(self, before: float, best: float, gain: Interval | None, accepted: bool) -> None:
        result = {
            "accepted": accepted,
            "stage_1_error_px": before,
            "best_validation_error_px": best,
            "gain_px": gain.value if gain else None,
            "gain_at_least_px": gain.low if gain else None,
            "confidence": self.film_errors.confidence,
            "validation_films": self.film_errors.films,
        }
        write_text(self.output_dir / FILE_NAME, json.dumps(result, indent=2) + "\n")

    def _say(self, before: float, best: float, accepted: bool) -> None:
        errors = f"validation error {best:.2f} px at its best, {before:.2f} px with the weights of stage 1"
        if accepted:
            logger.info(f"stage 2 was accepted: {errors}")
            return
        doubt = (
            f", which {self.film_errors.films} film(s) cannot tell from chance (more validation films may; "
            f"{self.best.name} holds the weights that were better in the mean)"
        )
        reason = errors + (doubt if best < before else "")
        logger.warning(f"stage 2 was not accepted: {reason}; the weights of stage 1 are exported")
