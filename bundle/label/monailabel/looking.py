# SPDX-License-Identifier: Apache-2.0
"""The model in use looks at many films while the server goes on: MONAI Label's scoring and its batch inference."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bundle.errors import BundleError, ConfigurationError, StorageError
from bundle.label.film_list import ListedFilm
from bundle.label.proposal import Proposal
from bundle.label.proposer import Proposer

RUNNING, DONE, ERROR, STOPPED = "RUNNING", "DONE", "ERROR", "STOPPED"

Say = Callable[[Proposal], Any]


def now() -> str:
    """The time as MONAI Label writes it."""
    return datetime.now().strftime("%Y-%m-%d %H:%M:%S")


@dataclass
class Look:
    """One time that films are looked at, as MONAI Label tells of a task."""

    request: dict[str, Any]
    total: int
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: str = RUNNING
    start_ts: str = field(default_factory=now)
    end_ts: str | None = None
    result: dict[str, Any] = field(default_factory=dict)
    message: str = ""
    stopping: threading.Event = field(default_factory=threading.Event)

    def shown(self) -> dict[str, Any]:
        """What a client is told."""
        details = [f"{len(self.result)} of {self.total} films", *filter(None, [self.message])]
        names = ("id", "status", "request", "start_ts", "end_ts", "result")
        return {name: getattr(self, name) for name in names} | {"details": details}


class Looking:
    """Looks at films, one after another in this process, so that nothing is written but proposals.

    Args:
        proposer: Asks the model, and keeps what it says.
        say: What is told of a film, by its proposal.
    """

    def __init__(self, proposer: Proposer, say: Say) -> None:
        self._proposer = proposer
        self._say = say
        self._lock = threading.Lock()
        self.looks: list[Look] = []

    @property
    def running(self) -> Look | None:
        """What is going on."""
        return next((look for look in self.looks if look.status == RUNNING), None)

    def start(self, request: dict[str, Any], films: Iterable[ListedFilm], wait: bool) -> Look:
        """Look at films.

        Args:
            request: What was asked for, which is told again.
            films: The films.
            wait: Whether to come back when all is done.

        Raises:
            ConfigurationError: there is no model, or the last look is not done.
        """
        chosen = tuple(films)
        with self._lock:
            if self.running is not None:
                raise ConfigurationError("the films are looked at already; wait for the end, or stop it")
            if self._proposer.model is None:
                raise ConfigurationError("there is no model yet; label films and train one, or start with a --model")
            look = Look(request, len(chosen))
            self.looks.append(look)
        thread = threading.Thread(target=self._look, args=[look, chosen], name="looking", daemon=True)
        thread.start()
        if wait:
            thread.join()
        return look

    def stop(self) -> Look | None:
        """Look at no more films; what was found is kept."""
        look = self.running
        if look is not None:
            look.stopping.set()
        return look

    def _look(self, look: Look, films: tuple[ListedFilm, ...]) -> None:
        status = DONE
        try:
            for film in films:
                if look.stopping.is_set():
                    status = STOPPED
                    break
                look.result[film.id] = self._told(film)
        except Exception as error:
            status, look.message = ERROR, str(error) if isinstance(error, BundleError) else type(error).__name__
            if not isinstance(error, BundleError):
                raise
        finally:
            look.end_ts, look.status = now(), status

    def _told(self, film: ListedFilm) -> Any:
        try:
            return self._say(self._proposer.ask(film))
        except StorageError:  # the next film would fail as well
            raise
        except BundleError as error:  # one bad film costs no other its result
            return {"error": str(error)}
