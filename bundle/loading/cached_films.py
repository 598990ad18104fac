# SPDX-License-Identifier: Apache-2.0
"""Films that are decoded once for all runs: the one disk cache of training, calibration and evaluation."""

from __future__ import annotations

import hashlib
import logging
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import torch
from monai.data import PersistentDataset
from monai.data.utils import pickle_hashing
from monai.transforms import Compose, Transform
from monai.utils import convert_to_tensor

from bundle.errors import BundleError
from bundle.files import write_whole
from bundle.films.refusal import refused_by_name
from bundle.loading.code_version import code_version

logger = logging.getLogger(__name__)

KEY, FILM = "key", "film"


class CachedFilms(PersistentDataset):
    """MONAI's `PersistentDataset`, whose files are whole, are told from foreign ones, and never outlive what made them.

    The name of a file is a hash of all that its content depends on: the item (path, stamp, landmarks, stated spacing),
    the deterministic transforms with their settings, and the `code_version` of these. A file that is cut, damaged or of
    another program is made again, with a warning. Where a file cannot be written, on a full disk say, films are
    decoded anew from then on, with one warning. So whatever an item raises is its film's own fault.

    Args:
        data: items of `datalist`.
        transform: reads and prepares a film, may be nested; what is random, and what follows that, is not cached.
        cache_dir: folder of the files; None for no cache on disk.
        in_memory: whether films are kept in memory as well, by their `name`: for the few drawn ones, which every epoch
            repeats. The random transforms must not change their input in place.
    """

    def __init__(
        self,
        data: Sequence[dict[str, Any]],
        transform: Compose,
        cache_dir: str | Path | None,
        in_memory: bool = False,
    ) -> None:
        super().__init__(data, Compose([*_one_by_one(transform)]), cache_dir, hash_transform=_hash_of)
        self._in_memory: dict[str, dict[str, Any]] | None = {} if in_memory else None
        self._writable = True

    def _cachecheck(self, item_transformed: Mapping[str, Any]) -> dict[str, Any]:
        if self._in_memory is None:
            return self._from_disk(item_transformed)
        name = item_transformed["name"]
        if name not in self._in_memory:
            self._in_memory[name] = self._from_disk(item_transformed)
        return self._in_memory[name]

    def _from_disk(self, item: Mapping[str, Any]) -> dict[str, Any]:
        file = self._file_of(item)
        if file is not None and (kept := _read(file)) is not None:
            return kept
        with refused_by_name(item["name"]):
            film: dict[str, Any] = convert_to_tensor(self._pre_transform(deepcopy(item)), convert_numeric=False)
        if file is not None and self._writable:
            try:
                write_whole(file, partial(torch.save, {KEY: file.stem, FILM: film}))
            except BundleError as error:
                self._writable = False
                logger.warning(f"{error}; films are decoded anew from here on")
        return film

    def _file_of(self, item: Mapping[str, Any]) -> Path | None:
        if self.cache_dir is None:
            return None
        return self.cache_dir / f"{self.hash_func(item).decode()}{self.transform_hash}.pt"


def _one_by_one(transform: Callable) -> Iterator[Callable]:
    """The transforms of nested ones: MONAI takes a `Compose` within another for a random one, which is not cached."""
    if isinstance(transform, Compose) and type(transform).__call__ is Compose.__call__:
        for part in transform.transforms:
            yield from _one_by_one(part)
    else:
        yield transform


def _hash_of(transforms: Sequence[Transform]) -> bytes:
    """What a file's name says of the deterministic transforms."""
    version = code_version(transforms).encode()
    return hashlib.sha256(pickle_hashing(transforms) + version).hexdigest().encode()


def _read(file: Path) -> dict[str, Any] | None:
    """A cached film; None where there is none to be had, with a warning if there is a file."""
    try:
        content = BytesIO(file.read_bytes())
        with zipfile.ZipFile(content) as parts:
            if (part := parts.testzip()) is not None:  # torch itself compares no checksum
                raise ValueError(f"{part} is damaged")
        kept: dict[str, Any] = torch.load(BytesIO(content.getbuffer()), weights_only=True)
        if kept[KEY] != file.stem:
            raise ValueError("it is another film's")
    except FileNotFoundError:
        return None
    except Exception as error:  # torch raises whatever a broken file leads it to
        reason = str(error).split("\n")[0] or type(error).__name__
        logger.warning(f"{file}: is no whole cached film ({reason}); the film is decoded again")
        return None
    film: dict[str, Any] = kept[FILM]
    return film
