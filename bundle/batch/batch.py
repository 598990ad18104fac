# SPDX-License-Identifier: Apache-2.0
"""A shard from its films to its rows: killed at any time it loses the part being written, and doubles nothing."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

from filelock import FileLock

import bundle
from bundle.batch.deaths import Deaths
from bundle.batch.here import batches_of, rows_here
from bundle.batch.manifest import Entry, Manifest, open_manifest
from bundle.batch.parts import Parts
from bundle.batch.progress import Progress
from bundle.batch.rows import FilmRows, row_schema
from bundle.batch.shard import Shard, path_digest
from bundle.errors import BundleError, ConfigurationError
from bundle.files import require_writable, write_text
from bundle.folder_lock import acquire
from bundle.stop_signals import stopped_by_signals

BEFORE = "before"

_BASE = ".films_below"


def run_batch(
    source: str, checkpoint: Path, out: Path, shard: Shard, reports: bool, address: str | None = None
) -> Counter[str]:
    """Give every film of a shard one row, but for those that have theirs already.

    Args:
        source: Manifest, folder or address, see `open_manifest`.
        checkpoint: The model, see `Predictor`.
        out: Folder for the rows.
        shard: Which films.
        reports: Whether rows have the film's DICOM report.
        address: Of the Ray cluster that works; None for this process.

    Returns:
        Rows of this run by status, and how many films had theirs `BEFORE`.

    Raises:
        ConfigurationError: something does not fit, said before any film is read; or there is no film at all.
        CheckpointError: the model cannot be used.
        StorageError: the disk takes no more; what was written before is kept.
        KeyboardInterrupt: it was told to stop, by Ctrl-C or SIGTERM; all rows are written.
    """
    stop = threading.Event()
    with ExitStack() as closing:
        manifest = open_manifest(source)
        schema = row_schema(manifest.columns, reports)
        require_writable(out)
        lock = FileLock(out / f".{shard.stem}.lock")
        acquire(lock, "batch", "give another --shard", "--out")
        closing.callback(lock.release)
        parts = Parts(out, shard, schema)
        _require_same_films(out, manifest.base)
        make = FilmRows(bundle.load_predictor(checkpoint), reports)
        films = _Films(manifest, shard, parts.done(make.predictor.record.model))
        progress = Progress(films.total())
        films.count_meanwhile(progress)
        if address is not None:  # before signals are taken: Ray takes SIGTERM for itself
            from bundle.batch.on_ray import cluster, rows_on_ray

            processors = closing.enter_context(cluster(address))
        closing.enter_context(stopped_by_signals(stop))
        closing.callback(progress.close)
        closing.callback(parts.write)
        deaths = Deaths(out / f".{shard.stem}.deaths.json")
        closing.callback(lambda: deaths.close(finished=not stop.is_set()))
        batches = batches_of(_until(stop, films.entries()), deaths, make.predictor.batch_size)
        if address is None:
            made = rows_here(batches, make, deaths)
        else:
            made = rows_on_ray(batches, make, checkpoint, processors)
        for rows in made:
            parts.add(rows)
            progress.add(rows)
        if not stop.is_set() and films.seen == 0 and shard.count == 1:
            raise ConfigurationError(f"{source}: names no film; correct MANIFEST")
    if stop.is_set():
        raise KeyboardInterrupt
    return progress.counts + Counter({BEFORE: films.done})


def _require_same_films(out: Path, base: str) -> None:
    """Note where the paths of the rows begin: below another folder the same path may be another film.

    Raises:
        ConfigurationError: there are rows of films below another one.
    """
    file = out / _BASE
    if not file.exists():
        write_text(file, base + "\n")
    elif (noted := file.read_text(encoding="utf-8").rstrip("\n")) != base:
        raise ConfigurationError(
            f"{out}: has rows of films below {noted}, and these are below {base}, where the same path may be another "
            f"film; give another --out, or, if they were moved, delete {file}"
        )


class _Films:
    """The films that a shard has yet to do.

    Attributes:
        seen: How many were come upon, with those that are done.
        done: How many of them had their row before.
    """

    def __init__(self, manifest: Manifest, shard: Shard, done: Iterable[bytes]) -> None:
        self.manifest, self.shard = manifest, shard
        self.seen = self.done = 0
        self._done = frozenset(done)
        self._taken: set[bytes] = set()

    def total(self) -> int | None:
        """How many there are; None where the end is far."""
        return None if self.manifest.long_to_list else self._count()

    def count_meanwhile(self, progress: Progress) -> None:
        """Count them while others work, where that takes long; who works tells what goes wrong."""

        def count() -> None:
            with suppress(BundleError):
                progress.total = self._count()

        if progress.total is None:
            threading.Thread(target=count, daemon=True).start()

    def entries(self) -> Iterator[Entry]:
        """Yield them; a path that is named twice once."""
        return self.manifest.entries(self._take)

    def _take(self, path: str) -> bool:
        digest = path_digest(path)
        self.seen += 1
        self.done += digest in self._done
        if not self._is_open(digest) or digest in self._taken:
            return False
        self._taken.add(digest)
        return True

    def _is_open(self, digest: bytes) -> bool:
        return self.shard.holds(digest) and digest not in self._done

    def _count(self) -> int:
        return sum(self._is_open(path_digest(path)) for path in self.manifest.paths())


def _until(stop: threading.Event, entries: Iterator[Entry]) -> Iterator[Entry]:
    for entry in entries:
        if stop.is_set():
            return
        yield entry
