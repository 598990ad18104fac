# SPDX-License-Identifier: Apache-2.0
"""The files that a run leaves in a folder, so that the next run there takes them away: old results beside new ones lie.

A film that could be read yesterday and cannot today must not keep yesterday's landmarks. What somebody changed, as a
person who corrects points does, is nobody's to take away: the next run refuses to begin.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from bundle.errors import BundleError
from bundle.files import append_text, sha256_of


class WrittenFiles:
    """A record, kept in the folder itself, of what was written there and with which content.

    A file is announced before it is written and settled when it has its content, so that a killed run leaves none that
    is not known.

    Args:
        folder: Where the results lie.
        kind: Whose results; those of another kind in the same folder are left alone.
    """

    def __init__(self, folder: str | Path, kind: str) -> None:
        self.folder = Path(folder)
        self.record = self.folder / f".{kind}_files.jsonl"
        self._announced: set[Path] = set()
        self._settled: set[Path] = set()

    def take_away(self) -> None:
        """Remove what the run before left here.

        Raises:
            BundleError: one of these files was changed since; nothing is removed.
        """
        left = self._left()
        changed = [file for file, digest in left.items() if digest is not None and sha256_of(file) != digest]
        if changed:
            others = f" and {len(changed) - 1} others were" if len(changed) > 1 else " was"
            raise BundleError(
                f"{changed[0]}:{others} changed since the run that wrote it; move what you want to keep to another "
                "folder, or choose another --output_dir"
            )
        for file in left:
            file.unlink(missing_ok=True)
        if self.record.is_file():
            self.record.unlink()
        self._announced, self._settled = set(), set()

    def is_known(self, file: Path) -> bool:
        """Whether this run has announced a file."""
        return file in self._announced

    def announce(self, *files: Path) -> None:
        """Say that these files are about to be written.

        Raises:
            StorageError: the record cannot be written.
        """
        self._append({file: None for file in files if file not in self._announced})
        self._announced.update(files)

    def settle(self, *files: Path) -> None:
        """Say that these files have their content; without any, all that were announced and are not yet settled.

        Raises:
            StorageError: the record cannot be written.
        """
        settled = files or tuple(sorted(self._announced - self._settled))
        self._append({file: sha256_of(file) for file in settled if os.path.isfile(file)})
        self._settled.update(settled)

    def _append(self, files: dict[Path, str | None]) -> None:
        lines = [json.dumps([file.relative_to(self.folder).as_posix(), digest]) for file, digest in files.items()]
        if lines:
            append_text(self.record, "".join(f"{line}\n" for line in lines))

    def _left(self) -> dict[Path, str | None]:
        """The files that the run before left and that are still there, with their digests, None where unsettled."""
        if not self.record.is_file():
            return {}
        digests: dict[Path, str | None] = {}
        for line in self.record.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                name, digest = json.loads(line)
                file = self.folder / name
            except (ValueError, TypeError):  # a line that a kill cut short: its file was not yet written
                continue
            if file.parent.resolve().is_relative_to(self.folder.resolve()) and os.path.isfile(file):
                digests[file] = digest
        return digests
