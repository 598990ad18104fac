# SPDX-License-Identifier: Apache-2.0
"""Finding the images that annotation files name, by path, file name or id."""

from __future__ import annotations

import filecmp
import os
import unicodedata
from collections.abc import Callable
from pathlib import Path, PurePosixPath, PureWindowsPath

from bundle.dataset.description import FILE_NAME
from bundle.errors import DatasetError
from bundle.films.suffix import without_suffix
from bundle.importers.parsing import quoted


class ImageFolder:
    """A folder below which images are looked for."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise DatasetError(f"{folder}: there is no such folder; give the folder of the images with --images")
        self.folder = folder
        self._by_name: list[dict[str, list[Path]]] | None = None

    def find(self, name: str, where: str, beside: Path = Path()) -> Path:
        """Find an image by its path below the folder, its file name, or its file name without suffix.

        Of several images of that name, the one is taken that lies in most of the folders that the path ends with.
        Composed and decomposed letters are the same, and so are capital and small ones where nothing fits better.

        Args:
            name: Path or id that the annotation gives.
            where: File and line of it, for the error.
            beside: Folder that the path is relative to, where it is not the folder of the images.

        Returns:
            Path relative to the folder.

        Raises:
            DatasetError: no image or more than one fits.
        """
        wanted = _parts(name, beside)
        found = self._named(wanted[-1]) if wanted else []
        if not found:
            raise DatasetError(
                f"{where}: no image named {quoted(name)} lies below {self.folder}; "
                "correct the name and its ending, or give the folder of the images with --images"
            )
        exact = [path for path in found if _all_composed(path.parts) == wanted]
        shared = [_shared_end(path.parts[:-1], wanted[:-1]) for path in found]
        best = exact or [path for path, count in zip(found, shared, strict=True) if count == max(shared)]
        best = self._without_copies(best)
        if len(best) > 1:
            raise DatasetError(
                f"{where}: {len(best)} images below {self.folder} are named {quoted(name)}, such as {best[0]} and "
                f"{best[1]}; write the path of one"
            )
        return best[0]

    def _without_copies(self, images: list[Path]) -> list[Path]:
        """Of equal images one that no earlier import copied into a data folder below this one; else all of them."""
        originals = [image for image in images if not self._imported(image)]
        if len(originals) != 1:
            return images
        same = (filecmp.cmp(self.folder / originals[0], self.folder / image, shallow=False) for image in images)
        return originals if all(same) else images

    def _imported(self, image: Path) -> bool:
        return any((self.folder / folder / FILE_NAME).exists() for folder in image.parents if folder != Path())

    def has(self, name: str) -> bool:
        """Whether an image has this path, file name or id."""
        wanted = _parts(name, Path())
        return bool(wanted and self._named(wanted[-1]))

    def _named(self, name: str) -> list[Path]:
        """Images of a file name or id, by the strictest comparison that finds any."""
        if self._by_name is None:
            paths = sorted(file.relative_to(self.folder) for file in self.folder.rglob("*") if file.is_file())
            self._by_name = [_index(paths, alike) for alike in (_composed, str.casefold)]
        for index, alike in zip(self._by_name, (_composed, str.casefold), strict=True):
            if found := index.get(alike(name)):
                return found
        return []


def _index(paths: list[Path], alike: Callable[[str], str]) -> dict[str, list[Path]]:
    by_name: dict[str, list[Path]] = {}
    for path in paths:
        for key in {alike(_composed(name)) for name in (path.name, without_suffix(path.name))}:
            by_name.setdefault(key, []).append(path)
    return by_name


def _parts(name: str, beside: Path) -> tuple[str, ...]:
    """Parts of a path as any system writes it, without those that only lead elsewhere."""
    path = PureWindowsPath(name)
    joined = path.as_posix() if path.anchor else (beside / PurePosixPath(path.as_posix())).as_posix()
    return tuple(
        part for part in _all_composed(PurePosixPath(os.path.normpath(joined)).parts) if part not in ("..", ".")
    )


def _all_composed(parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(_composed, parts))


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _shared_end(folders: tuple[str, ...], wanted: tuple[str, ...]) -> int:
    """How many folders two paths share, counted from their ends."""
    count = 0
    for folder, other in zip(reversed(_all_composed(folders)), reversed(wanted), strict=False):
        if folder != other:
            break
        count += 1
    return count
