# SPDX-License-Identifier: Apache-2.0
"""What a page asks of training: start, how far it is, an end, and how the error falls as labels grow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fastapi import APIRouter

from bundle.comparison.methods import METHODS, stage_folder
from bundle.label.judged import correction_error
from bundle.label.rounds import DONE, FEWEST_TO_TRAIN, RUN, Error, Round, folder_of
from bundle.label.workspace import Workspace
from bundle.run_folder import TRAINED, read_progress

_IDLE = "idle"
_STAGES = {method.key: [stage_folder(stage) for stage in method.lineage] for method in METHODS}
"""Folders of the stages in that of a run, by its method."""


def training_routes(workspace: Workspace) -> APIRouter:
    """The routes of a workspace."""
    routes = APIRouter(prefix="/api")
    store, training = workspace.store, workspace.training

    def shown() -> dict[str, Any]:
        last = training.running or (training.rounds[-1] if training.rounds else None)
        about = {"labelled": len(store.labelled_films()), "needed": FEWEST_TO_TRAIN}
        return about | (shown_round(store.folder, last) if last else {"state": _IDLE})

    @routes.get("/train")
    def state() -> dict[str, Any]:
        return shown()

    @routes.post("/train", status_code=202)
    def start() -> dict[str, Any]:
        training.start()
        return shown()

    @routes.delete("/train")
    def cancel() -> dict[str, Any]:
        training.cancel()
        return shown()

    @routes.get("/curve")
    def curve() -> list[dict[str, Any]]:
        labelled = store.labelled()
        rounds = [round_ for round_ in training.rounds if round_.state == DONE]
        corrections = [correction_error(workspace.proposer, labelled, round_) for round_ in rounds]
        errors = [
            error for pair in zip(rounds, corrections, strict=True) for error in (pair[0].validation_error, pair[1])
        ]
        unit = "mm" if all(error.mm is not None for error in errors if error) else "px"
        return [
            {
                "round": round_.number,
                "labelled": len(round_.training) + len(round_.validation),
                "validation_error": _in_unit(round_.validation_error, unit),
                "correction_error": _in_unit(corrected, unit),
                "unit": unit,
            }
            for round_, corrected in zip(rounds, corrections, strict=True)
        ]

    return routes


def shown_round(study: Path, round_: Round) -> dict[str, Any]:
    """A round of the study in a folder for a page: its state, and how far it is or what came of it."""
    error = round_.validation_error
    unit = "px" if error is None or error.mm is None else "mm"
    return {
        "state": round_.state,
        "round": round_.number,
        "message": round_.message,
        "validation_error": _in_unit(error, unit),
        "unit": unit,
        **(
            _progress(folder_of(study, round_.number) / RUN, _STAGES[round_.method])
            if round_.state == "running"
            else {}
        ),
    }


def _progress(run: Path, stages: Sequence[str]) -> dict[str, Any]:
    """How far a training is: its stage, and of all stages the part that is done and the time that is left.

    A stage that has not begun is taken to last as long as the one that runs.
    """
    done = sum((run / stage / TRAINED).is_file() for stage in stages)
    if done == len(stages):
        return {"stage": "finishing", "epoch": 0, "epochs": 0, "progress": 1.0, "seconds_left": None}
    progress = read_progress(run / stages[done])
    if progress is None:
        return {"stage": stages[done], "epoch": 0, "epochs": 0, "progress": done / len(stages), "seconds_left": None}
    part = progress.epoch / progress.epochs
    later = (len(stages) - done - 1) * progress.seconds_left / (1 - part) if part < 1 else None
    return {
        "stage": stages[done],
        "epoch": progress.epoch,
        "epochs": progress.epochs,
        "progress": round((done + part) / len(stages), 3),
        "seconds_left": None if later is None else round(progress.seconds_left + later),
    }


def _in_unit(error: Error | None, unit: str) -> float | None:
    if error is None:
        return None
    return error.mm if unit == "mm" else error.px
