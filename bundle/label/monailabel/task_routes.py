# SPDX-License-Identifier: Apache-2.0
"""MONAI Label's tasks, told in its words: training, and looking at many films.

MONAI Label would run them in processes of its own, which may not write to the study: only one process at a time does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Body, HTTPException

from bundle.label import rounds
from bundle.label.monailabel.looking import DONE, ERROR, RUNNING, STOPPED, Looking
from bundle.label.rounds import Round
from bundle.label.training_routes import shown_round
from bundle.label.workspace import Workspace

_STATUS = {rounds.RUNNING: RUNNING, rounds.DONE: DONE, rounds.FAILED: ERROR, rounds.CANCELLED: STOPPED}

Params = Annotated[dict[str, Any] | None, Body()]


def train_routes(workspace: Workspace, train: Callable[[dict[str, Any]], Any]) -> APIRouter:
    """The routes of training.

    Args:
        workspace: To be trained in.
        train: Starts a round.
    """
    routes = APIRouter(prefix="/train")
    training = workspace.training

    def shown(round_: Round) -> dict[str, Any]:
        about = shown_round(workspace.store.folder, round_)
        details = [f"{name}: {value}" for name, value in about.items() if value not in (None, "")]
        return {
            "id": str(round_.number),
            "status": _STATUS[round_.state],
            "start_ts": round_.started,
            "details": details,
        }

    @routes.get("/")
    def status(all: bool = False, check_if_running: bool = False) -> Any:
        running = training.running
        known = [running] if check_if_running and running else [] if check_if_running else training.rounds
        if not known:
            raise HTTPException(404, "no training is running" if check_if_running else "nothing was trained yet")
        return list(map(shown, known)) if all else shown(known[-1])

    @routes.post("/")
    @routes.post("/{model}")
    def start(model: str = "", params: Params = None) -> dict[str, Any]:
        train({"model": model} | (params or {}))
        return shown(training.rounds[-1])

    @routes.delete("/")
    def stop() -> dict[str, Any]:
        training.cancel()
        return shown(training.rounds[-1])

    return routes


def look_routes(looking: Looking, prefix: str, start: Callable[[dict[str, Any], bool], dict[str, Any]]) -> APIRouter:
    """The routes of a task that looks at films.

    Args:
        looking: What looks.
        prefix: Of their addresses.
        start: Starts it with what was asked for, and waits for the end or not.
    """
    routes = APIRouter(prefix=prefix)

    @routes.get("/")
    def status(all: bool = False, check_if_running: bool = False) -> Any:
        known = [looking.running] if check_if_running and looking.running else [] if check_if_running else looking.looks
        if not known:
            raise HTTPException(404, "it is not running" if check_if_running else "it was not started yet")
        return [look.shown() for look in known] if all else known[-1].shown()

    @routes.post("/{name}")
    def begin(name: str, images: str = "all", params: Params = None, run_sync: bool = False) -> dict[str, Any]:
        return start({"name": name, "images": images} | (params or {}), run_sync)

    @routes.delete("/")
    def stop() -> dict[str, Any] | None:
        look = looking.stop()
        return look.shown() if look else None

    return routes
