# SPDX-License-Identifier: Apache-2.0
"""A first look at an annotation file or folder, by which its format is told."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Any

from bundle.errors import DatasetError
from bundle.importers.parsing import read_text
from bundle.importers.table import table_rows

_MOST_TEXT = 50_000_000
"""Bytes of the largest text file that is read to tell its format."""


class FirstLook:
    """The files of a source, and the content of the first one of a kind, read once.

    Attributes:
        source: An annotation file, or a folder of them.
    """

    def __init__(self, source: Path) -> None:
        self.source = source

    @cached_property
    def files(self) -> list[Path]:
        """The source itself where it is a file, else all below the folder but hidden ones, the upper first."""
        if self.source.is_file():
            return [self.source]
        if not self.source.is_dir():
            return []
        below = (file for file in self.source.rglob("*") if file.is_file() and not file.name.startswith("."))
        return sorted(below, key=lambda file: (len(file.parts), file))

    def named(self, *suffixes: str) -> list[Path]:
        """The files whose name ends so, in lower or upper case; a `splits.json` is no annotation."""
        return [file for file in self.files if file.name.lower().endswith(suffixes) and file.name != "splits.json"]

    @cached_property
    def json(self) -> Any:
        """Content of the first JSON file; None where there is none, or it is no JSON."""
        files = [file for file in self.named(".json") if not file.name.lower().endswith(".mrk.json")]
        try:
            return json.loads(_text(files[0])) if files else None
        except (ValueError, RecursionError):
            return None

    @property
    def json_object(self) -> dict[str, Any]:
        """The same where it is an object, else an empty one."""
        return self.json if isinstance(self.json, dict) else {}

    @cached_property
    def table(self) -> list[list[str]]:
        """First rows of the first CSV file, blanks around cells removed."""
        files = self.named(".csv")
        lines = _text(files[0]).splitlines()[:5] if files else []
        try:
            return [row.cells for row in table_rows(files[0], "\n".join(lines))] if files else []
        except DatasetError:
            return []

    def start(self, *suffixes: str) -> str:
        """First characters of the first text file whose name ends so; empty where there is none."""
        files = self.named(*suffixes)
        return _text(files[0])[:20_000] if files else ""


def _text(file: Path) -> str:
    try:
        return read_text(file) if file.stat().st_size <= _MOST_TEXT else ""
    except (OSError, DatasetError):  # its reader says what is wrong
        return ""
