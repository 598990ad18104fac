# SPDX-License-Identifier: Apache-2.0
"""The rows of films, made by the processors of a Ray cluster; one of them is left to whoever writes the rows."""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import GetTimeoutError, RayActorError, RayTaskError

import bundle
from bundle.batch.deaths import MOST
from bundle.batch.here import GIVEN_UP
from bundle.batch.manifest import Entry
from bundle.batch.rows import FilmRows
from bundle.errors import BundleError, ConfigurationError

LOCAL = "local"
"""The address of a Ray that is started on this machine and ends with this program."""

_SECONDS_TO_START = 300


@contextmanager
def cluster(address: str) -> Iterator[int]:
    """Connect to a cluster, and give the number of its processors.

    Raises:
        ConfigurationError: there is none.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # what a hospital computes is nobody else's business
    alone: dict[str, Any] = {"include_dashboard": False} if address == LOCAL else {}
    try:
        ray.init(address=address, logging_level=logging.ERROR, log_to_driver=False, **alone)
    except (ConnectionError, ValueError, RuntimeError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ConfigurationError(f"--address: no Ray answers at {address} ({reason}); correct it") from error
    try:
        yield int(ray.cluster_resources().get("CPU", 1))
    finally:
        ray.shutdown()


def rows_on_ray(
    batches: Iterable[list[Entry]], make: FilmRows, checkpoint: Path, processors: int
) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of batches as they are done, in no order.

    Args:
        batches: The films; no more of them are asked for than are being worked on.
        make: What would make the rows here.
        checkpoint: The model, at the same path on every machine.
        processors: How many the cluster has.

    Raises:
        BundleError: nothing can be done for any film.
    """
    remaining = iter(batches)
    again: deque[list[Entry]] = deque()
    deaths: dict[str, int] = {}
    actors = [_actor(checkpoint, make.reports) for _ in range(max(1, processors - 1))]
    for actor in actors:
        _require_ready(actor)
    idle, running = deque(actors), {}
    while True:
        while idle and (batch := again.popleft() if again else next(remaining, None)):
            actor = idle.popleft()
            running[actor.rows.remote([_absolute(entry) for entry in batch])] = actor, batch
        if not running:
            return
        (ready, *_), _ = ray.wait(list(running), num_returns=1)
        actor, batch = running.pop(ready)
        try:
            rows = ray.get(ready)
        except RayActorError:  # its process is no more: a film may have killed it
            actor = _actor(checkpoint, make.reports)
            _require_ready(actor)
            deaths.update({entry.path: deaths.get(entry.path, 0) + 1 for entry in batch})
            again += [[entry] for entry in batch if deaths[entry.path] < MOST]
            rows = [make.refused(entry, GIVEN_UP) for entry in batch if deaths[entry.path] >= MOST]
        except RayTaskError as error:
            raise error.cause from error
        idle.append(actor)
        yield rows


class _Rows:
    """Loads the model once."""

    def __init__(self, checkpoint: str, reports: bool) -> None:
        self._make = FilmRows(bundle.load_predictor(checkpoint), reports)

    def ready(self) -> None:
        """Return when it is loaded."""

    def rows(self, entries: list[Entry]) -> list[dict[str, Any]]:
        """Make the rows of one batch."""
        return self._make(entries)


def _actor(checkpoint: Path, reports: bool) -> Any:
    threads = {"env_vars": {"OMP_NUM_THREADS": "1"}}
    return ray.remote(_Rows).options(num_cpus=1, runtime_env=threads).remote(str(checkpoint.absolute()), reports)


def _require_ready(actor: Any) -> None:
    try:
        ray.get(actor.ready.remote(), timeout=_SECONDS_TO_START)
    except (RayActorError, RayTaskError, GetTimeoutError) as error:
        raise BundleError(
            f"a machine of the cluster cannot load the model ({type(error).__name__}); install this version of the "
            "bundle there, and keep model and films on a disk that all machines have at the same path"
        ) from error


def _absolute(entry: Entry) -> Entry:
    return entry._replace(file=entry.file.absolute())
