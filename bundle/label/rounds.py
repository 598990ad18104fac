# SPDX-License-Identifier: Apache-2.0
"""The rounds of a study: which labels a model was trained on, and what came of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter, ValidationError

from bundle.comparison.methods import DAG, stage_1_weights
from bundle.errors import DatasetError
from bundle.files import write_text

ROUNDS, ROUND = "rounds", "round.json"
DATA, RUN, LOG = "data", "run", "log.txt"
"""In the folder of a round: what it learns from, the folder of `bundle train`, and what that printed."""

RUNNING, DONE, FAILED, CANCELLED = "running", "done", "failed", "cancelled"

FEWEST_TO_TRAIN = 2
FEWEST_TO_VALIDATE = 10
ONE_VALIDATES_OF = 5


_AS_IN_THE_FILE = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True)
class Error:
    """A mean distance of landmarks.

    Attributes:
        px: In pixels of the stored images.
        mm: In millimetres; None where the spacing of a film is not known.
    """

    __pydantic_config__ = _AS_IN_THE_FILE

    px: float
    mm: float | None


@dataclass(frozen=True)
class Round:
    """One training of a study.

    Attributes:
        number: From 1.
        state: Running, done, failed or cancelled.
        study: Revision of the study whose landmark names its model has.
        training: Ids of the films that it learns from.
        validation: Ids of the labelled films that it is judged by.
        method: Of `bundle train`, after whose key the folder of its last stage is called.
        words: Options of `bundle train`.
        started: When, in UTC.
        warm_start: Number of the round with whose stage 1 it begins; None where it begins anew.
        process: Process id, which is that of the process group as well; None of one that was never started.
        message: Why it failed.
        model: SHA-256 of its weights; None before they are there.
        validation_error: On the validation films; None where there are none.
    """

    __pydantic_config__ = _AS_IN_THE_FILE

    number: int
    state: str
    study: int
    training: tuple[str, ...]
    validation: tuple[str, ...]
    method: str
    words: tuple[str, ...]
    started: str
    warm_start: int | None = None
    process: int | None = None
    message: str = ""
    model: str | None = None
    validation_error: Error | None = None


_ROUND = TypeAdapter(Round)


def folder_of(study: Path, number: int) -> Path:
    """Folder of a round of the study in a folder."""
    return study / ROUNDS / f"{number:03}"


def write_round(study: Path, round_: Round) -> None:
    """Write what is known of a round, whole or not at all.

    Raises:
        BundleError: the folder cannot be written to, or the disk is full.
    """
    write_text(folder_of(study, round_.number) / ROUND, _ROUND.dump_json(round_, indent=1).decode() + "\n")


def read_rounds(study: Path) -> list[Round]:
    """Read the rounds of the study in a folder, the first one first; a folder without `round.json` is none.

    Raises:
        DatasetError: a round cannot be read.
    """
    rounds = []
    for file in sorted((study / ROUNDS).glob(f"*/{ROUND}")):
        try:
            rounds.append(_ROUND.validate_json(file.read_bytes()))
        except (OSError, ValidationError) as error:
            raise DatasetError(f"{file}: cannot be read; move the folder of this round away") from error
    return rounds


def split(labelled: Sequence[str], rounds: Sequence[Round]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Divide labelled films in those to learn from and those to validate by.

    From ten labelled films on, every fifth validates. Films that earlier rounds learned from or validated by stay on
    their side, so that no model is judged by a film that it, or one before it, learned from; of the others those
    validate whose hash comes first.

    Args:
        labelled: Ids of the labelled films.
        rounds: Earlier ones.

    Returns:
        Ids of the training and of the validation films, in the order of the ids.
    """
    sides = {film: False for round_ in reversed(rounds) for film in round_.training}
    sides |= {film: True for round_ in reversed(rounds) for film in round_.validation}
    validation = {film for film in labelled if sides.get(film, False)}
    if len(labelled) >= FEWEST_TO_VALIDATE:
        new = sorted((film for film in labelled if film not in sides), key=_rank)
        validation |= set(new[: max(0, len(labelled) // ONE_VALIDATES_OF - len(validation))])
    training = sorted(film for film in labelled if film not in validation)
    return tuple(training), tuple(sorted(validation))


def warm_start(study: Path, round_: Round, earlier: Sequence[Round]) -> int | None:
    """Which round to begin with: the last one that ended well, on the same landmarks and with the same settings.

    Without validation films, which choose among the epochs, a round begins anew.

    Args:
        study: Folder of the study.
        round_: To be trained.
        earlier: Rounds before it.

    Returns:
        Its number; None to begin anew.
    """
    wanted = (DONE, round_.study, round_.words)
    alike = (other.number for other in earlier if (other.state, other.study, other.words) == wanted)
    there = (number for number in alike if stage_1_weights(folder_of(study, number) / RUN, DAG).is_file())
    return max(there, default=None) if round_.validation else None


def _rank(film: str) -> bytes:
    return hashlib.sha256(f"validation {film}".encode()).digest()
