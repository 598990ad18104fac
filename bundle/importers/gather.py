# SPDX-License-Identifier: Apache-2.0
"""Gathering imported films and their `dataset.json` in one data folder."""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tqdm import tqdm

from bundle.dataset.description import FILE_NAME, DatasetDescription, Film, write_dataset
from bundle.dataset.validation import SPLITS
from bundle.errors import DatasetError
from bundle.files import make_folder, write_whole
from bundle.films.suffix import DETACHED_HEADER, has_suffix


@dataclass(frozen=True)
class Source:
    """Films to bring into a data folder.

    Attributes:
        folder: The folder their images are relative to.
        films: The films of each split.
        below: The folder below the data folder that they are copied to.
    """

    folder: Path
    films: Mapping[str, tuple[Film, ...]]
    below: str


def gather(out: Path, sources: Sequence[Source], description: DatasetDescription) -> DatasetDescription:
    """Copy films into a data folder, unless they lie in it, and write its `dataset.json`.

    Each film is copied whole or not at all, so that the same import can be repeated after it was killed.

    Args:
        out: The data folder; made where it does not exist.
        sources: Films by split, and the folder their images are relative to.
        description: The dataset without its films.

    Returns:
        The dataset as written.

    Raises:
        DatasetError: a film's name or the landmarks break a rule of the format, or the folder cannot be made.
        BundleError: the folder cannot be written to, or the disk is full.
    """
    _require_names(sources)
    films: dict[str, tuple[Film, ...]] = {split: () for split in SPLITS}
    try:
        make_folder(out)
        for source in sources:
            _clear_partial(out / source.below)
            images = _placed(out, source)
            for split, members in source.films.items():
                films[split] += tuple(replace(film, image=images[film.image]) for film in members)
    except OSError as error:
        raise DatasetError(
            f"{out}: cannot be written to ({error.strerror}); choose another folder for --out"
        ) from error
    dataset = replace(
        description,
        training=films["training"],
        validation=films["validation"],
        unlabeled=films["unlabeled"],
        test=films["test"],
    )
    write_dataset(out, dataset)
    return dataset


def refuse_existing_dataset(out: Path) -> None:
    """Keep an import from replacing a dataset that may hold somebody's work.

    Raises:
        DatasetError: the folder has a `dataset.json`.
    """
    if (out / FILE_NAME).exists():
        raise DatasetError(f"{out / FILE_NAME}: exists already; delete it or choose another folder for --out")


def _require_names(sources: Sequence[Source]) -> None:
    """Refuse films whose names a `dataset.json` cannot hold, before the first is copied.

    Raises:
        DatasetError: a name is not UTF-8, or has a backslash.
    """
    for source in sources:
        for image in (film.image for members in source.films.values() for film in members):
            name = image.as_posix()
            if "\\" in name or not name.isprintable():
                raise DatasetError(
                    f"{source.folder}: the film {name!a} has a name with a backslash or characters that are not "
                    "printable UTF-8; rename the file"
                )


def _clear_partial(folder: Path) -> None:
    """Remove the halves of films that a killed import left."""
    for partial in folder.rglob(".*.partial"):
        partial.unlink()


def _placed(out: Path, source: Source) -> dict[Path, Path]:
    """Where each image lies in the data folder, after copying it there if need be."""
    images = [film.image for members in source.films.values() for film in members]
    shared = Path(os.path.commonpath([image.parent for image in images])) if images else Path()
    placed = {}
    for image in tqdm(images, desc=f"copying to {source.below}", unit="film", disable=None):
        original = (source.folder / image).resolve()
        if original.is_relative_to(out.resolve()):
            placed[image] = original.relative_to(out.resolve())
        else:
            placed[image] = Path(source.below) / image.relative_to(shared)
            _copy(original, out / placed[image])
    return placed


def _copy(original: Path, copy: Path) -> None:
    if has_suffix(original, DETACHED_HEADER):
        raise DatasetError(
            f"{original}: its pixels lie in another file, which would not be copied; save the film as .mha, in one file"
        )
    if not copy.exists():
        write_whole(copy, lambda partial: shutil.copyfile(original, partial))
    elif not filecmp.cmp(original, copy, shallow=False):
        raise DatasetError(f"{copy}: exists with other content; delete it or choose another folder for --out")
