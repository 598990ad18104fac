# SPDX-License-Identifier: Apache-2.0
"""Finding the images that annotation files name, by path, file name or id."""

from __future__ import annotations

import os
from pathlib import Path, PureWindowsPath

from bundle.errors import DatasetError
from bundle.films.suffix import without_suffix


class ImageFolder:
    """A folder below which images are looked for."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise DatasetError(f"{folder}: there is no such folder; give the folder of the images with --images")
        self.folder = folder
        self._by_name: dict[str, list[Path]] | None = None

    def find(self, name: str, where: str) -> Path:
        """Find an image by its path below the folder, its file name, or its file name without suffix.

        Args:
            name: Path or id that the annotation gives.
            where: File and line of it, for the error.

        Returns:
            Path relative to the folder.

        Raises:
            DatasetError: no image or more than one fits.
        """
        relative = Path(os.path.normpath(PureWindowsPath(name).as_posix()))
        if name and not relative.is_absolute() and ".." not in relative.parts and (self.folder / relative).is_file():
            return relative
        found = self._index().get(relative.name, [])
        if len(found) == 1:
            return found[0]
        if not found:
            raise DatasetError(
                f"{where}: no image named {name!r} lies below {self.folder}; give the folder of images with --images"
            )
        raise DatasetError(
            f"{where}: {len(found)} images below {self.folder} are named {name!r}, such as {found[0]} and {found[1]}; "
            "write the path of one"
        )

    def _index(self) -> dict[str, list[Path]]:
        if self._by_name is None:
            self._by_name = {}
            for path in sorted(file.relative_to(self.folder) for file in self.folder.rglob("*") if file.is_file()):
                for name in {path.name, without_suffix(path.name)}:
                    self._by_name.setdefault(name, []).append(path)
        return self._by_name
