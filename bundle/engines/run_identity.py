# SPDX-License-Identifier: Apache-2.0
"""The identity of a run: one folder holds one run, of the same settings and films from its start to its end."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from bundle.config_record import calling_parser, first_difference, flat, recorded
from bundle.errors import CheckpointError, ConfigurationError
from bundle.files import require_writable, write_text
from bundle.folder_lock import acquire
from bundle.run_folder import COMPARISON, IDENTITY, LAST, LOCK

logger = logging.getLogger(__name__)

MAY_CHANGE = {
    *("max_epochs", "accept_confidence", "accept_unconverged", "resume", "device", "num_workers"),
    *("bundle_root", "dataset_dir", "cache_dir", "output_dir", "model_file", "stage1", "warm_up", "features"),
    *("initial_weights", "_meta_"),
}
"""Settings that a resumed run may be given another value of: how long and where it runs, and places whose content is
compared instead (films, weights of the warm-up and of features) or was taken in at the start (stage 1, weights)."""

MADE_BY_A_RUN = (
    *("mean_shape.*", "stage1.*", "stage2.*", "best.*", "film_memory*.npy", ".*.next", ".*.partial"),
    *("history.csv", "convergence.json", "acceptance.json", "config.json", "environment.json"),
)
"""Patterns of its files; TensorBoard's are not among them, since its writer may be at work before the run begins."""


class RunFolder:
    """The folder of a run, for one training at a time.

    `run.json` is written before anything else and says what the run is; everything in the folder belongs to that run.

    Args:
        folder: the run folder.
        model_file: where the best weights are copied to when training ends, a state dict that MONAI's `load()` reads.
        cache_dir: folder of decoded films.
        card: the model card of the run, see `bundle.engines.model_card.training_card`.
        films: items of `datalist` that the run learns from and is judged by, by what they are for.

    Attributes:
        resumed: whether the run that was begun goes on with the one in the folder.
    """

    def __init__(
        self,
        folder: str | Path,
        model_file: str | Path,
        cache_dir: str | Path,
        card: Mapping[str, Any],
        films: Mapping[str, Iterable[Mapping[str, Any]]],
    ) -> None:
        self.folder = Path(folder)
        self.model_file = Path(model_file)
        self.cache_dir = Path(cache_dir)
        self.card = card
        self.films = films
        self.resumed = False
        self.file = self.folder / IDENTITY
        # of one object a process, so that runs which follow each other in it do not stand in each other's way
        self.lock = FileLock(self.folder / LOCK, is_singleton=True, fallback_to_soft=False)

    def begin(self, resume: bool) -> None:
        """Take the folder for a new run, or to go on with the one in it; called from a config, before all that writes.

        A run that has no checkpoint yet has nothing to go on from: its leavings are removed.

        Args:
            resume: whether to go on.

        Raises:
            ConfigurationError: another training works in the folder; it holds another run; or the run in it is of
                other settings, landmarks or films.
            CheckpointError: there is no run to go on with.
            BundleError: a folder cannot be written to.
        """
        require_writable(self.folder, self.cache_dir, self.model_file.parent)
        identity = {
            "landmarks": self.card["landmarks"],
            "card": recorded(self.card),
            "films": {use: _listed(items) for use, items in self.films.items()},
            "settings": flat(recorded(calling_parser().get()), MAY_CHANGE),
        }
        self._acquire()
        try:
            if resume:
                self._require_same(identity)
            else:
                self._start(identity)
            self.resumed = resume
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        """Let another training into the folder; a kill does so too."""
        self.lock.release(force=True)

    def _acquire(self) -> None:
        acquire(self.lock, "training", "give another --output_dir", "--output_dir")

    def _start(self, identity: Mapping[str, Any]) -> None:
        if (self.folder / LAST).exists():
            raise ConfigurationError(
                f"{self.folder}: holds a run already; add --resume true to go on with it, or give another --output_dir"
            )
        if (self.folder / COMPARISON).exists():
            raise ConfigurationError(
                f"{self.folder}: holds the runs of bundle train or compare; give another --output_dir"
            )
        made = [file for pattern in MADE_BY_A_RUN for file in self.folder.glob(pattern)]
        if made and not self.file.exists():
            raise ConfigurationError(
                f"{self.folder}: holds {made[0].name} of another run; give another --output_dir, or move it away"
            )
        if made:
            logger.warning(f"{self.folder}: the run in it had no checkpoint yet and begins anew")
        for file in made:
            file.unlink()
        write_text(self.file, json.dumps(identity, indent=1, ensure_ascii=False) + "\n")

    def _require_same(self, identity: Mapping[str, Any]) -> None:
        if not (last := self.folder / LAST).exists():
            raise CheckpointError(f"{last}: there is no run to resume; leave out --resume or correct --output_dir")
        try:
            then = json.loads(self.file.read_text(encoding="utf-8"))
            parts = [then[part] for part in identity]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CheckpointError(
                f"{self.file}: cannot be read, so that it is unknown what run this is; start it again in another folder"
            ) from error
        landmarks, card, films, settings = parts
        if landmarks != identity["landmarks"]:
            raise ConfigurationError(
                f"{self.folder}: the run was started with other landmarks ({', '.join(map(str, landmarks))}) than "
                "dataset.json names now; give another --output_dir, or the data set it was started with"
            )
        if (changed := first_difference(settings, identity["settings"])) or (
            changed := first_difference(flat(card, ()), flat(identity["card"], ()))
        ):
            name, value, now = changed
            raise ConfigurationError(
                f"{self.folder}: the run was started with {name} {value}, now it is {now}; "
                f"give --{name} {value} to go on with it, or another --output_dir"
            )
        for use, listed in identity["films"].items():
            if films.get(use) != listed:
                raise ConfigurationError(
                    f"{self.folder}: the {use} films are not those that the run was started with (another order, "
                    "number, file or landmark); resume it with the dataset.json it was started with, or give another "
                    "--output_dir"
                )


def _listed(films: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Number and hash of films as they are listed: name, size of the file, landmarks and spacing, in order."""
    digest, count = hashlib.sha256(), 0
    for film in films:
        count += 1
        line = [film["name"], Path(film["path"]).stat().st_size]
        numbers = [np.asarray(film[key], dtype="<f4").tolist() for key in ("label", "spacing")]
        digest.update(f"{json.dumps([*line, *numbers])}\n".encode())
    return {"count": count, "sha256": digest.hexdigest()}
