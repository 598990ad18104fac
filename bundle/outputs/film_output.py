# SPDX-License-Identifier: Apache-2.0
"""What the outputs that leave one file a film have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from bundle.results.film_result import FilmResult


class FilmOutput(ABC):
    """One file a film, named after the film with `suffix` behind it, in the film's own subfolder of a folder.

    The full file name of the film stays in that of the result, so that a.dcm and a.png do not overwrite each other.

    Args:
        out_dir: Folder to write to.
    """

    suffix: ClassVar[str]
    grows: ClassVar[bool] = False

    def __init__(self, out_dir: Path) -> None:
        self.out_dir = out_dir

    def files(self, result: FilmResult) -> list[Path]:
        """The file of one film."""
        return [self.out_dir / f"{result.name}{self.suffix}"]

    def __call__(self, result: FilmResult) -> None:
        """Write the file of one film.

        Raises:
            RadiographError: this film cannot have this output.
            BundleError: the file cannot be written.
        """
        (file,) = self.files(result)
        self.write(result, file)

    @abstractmethod
    def write(self, result: FilmResult, file: Path) -> None:
        """Write the result of a film to a file."""
