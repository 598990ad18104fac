# SPDX-License-Identifier: Apache-2.0
"""Parsing of annotation files, with one sentence naming the file and the place for whatever is malformed."""

from __future__ import annotations

import codecs
import math
import re
import reprlib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from bundle.dataset.description import Point
from bundle.errors import ConfigurationError, DatasetError
from bundle.films.pixel_spacing import PLAUSIBLE_RANGE, is_plausible

_MISSING_CELLS = ("", "nan", "null", "none", "na", "n/a", "#n/a", "-")
_LONGEST_QUOTE = 60
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


# Python takes some of them for blanks, so that half of a damaged number would be a number.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*", re.IGNORECASE | re.ASCII)


def quoted(value: object) -> str:
    """A value as an error shows it: escaped where it cannot be printed, cut where it is long."""
    text = repr(value[: 2 * _LONGEST_QUOTE]) if isinstance(value, str) else reprlib.repr(value)
    return text if len(text) <= _LONGEST_QUOTE else f"{text[: _LONGEST_QUOTE - 2]}…{text[-1]}"


def writable(text: str, where: str) -> str:
    """A text that can be written as UTF-8 and be part of a path.

    Raises:
        DatasetError: it holds NUL or half of a character.
    """
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise DatasetError(f"{where} is {quoted(text)}, with a character that no file can hold; write it again")
    return text


def label(text: str) -> str:
    """A landmark's name, without blanks around it and with composed letters."""
    return unicodedata.normalize("NFC", text).strip()


def annotation_files(source: Path, pattern: str) -> list[Path]:
    """Files of a folder that fit a pattern, sorted; a `splits.json` among them is no annotation, nor a hidden file.

    Raises:
        DatasetError: there is none.
    """
    files = sorted(
        file for file in source.glob(pattern) if file.name != "splits.json" and not file.name.startswith(".")
    )
    if not files:
        raise DatasetError(f"{source}: is no folder with files {pattern}; give the folder of the annotations")
    return files


def annotation_file(source: Path, *patterns: str) -> Path:
    """The source itself where it is a file, else the one file of a folder that fits a pattern.

    Raises:
        DatasetError: there is none or more than one.
    """
    if source.is_file():
        return source
    if not source.is_dir():
        raise DatasetError(f"{source}: does not exist; give the path of the annotations")
    files = {file for pattern in patterns for file in source.glob(pattern) if not file.name.startswith(".")}
    files -= {source / "splits.json"}
    if len(files) != 1:
        raise DatasetError(f"{source}: holds {len(files)} files {' or '.join(patterns)}, not one; give the file itself")
    return files.pop()


def read_text(file: Path) -> str:
    """Text of an annotation file: UTF-8, or UTF-16 that begins with its byte-order mark, as Excel writes it.

    Raises:
        DatasetError: it is missing, empty, or neither.
    """
    try:
        content = file.read_bytes()
        text = content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")
    except FileNotFoundError:
        raise DatasetError(f"{file}: does not exist; give the path of the annotations") from None
    except UnicodeDecodeError as error:
        raise DatasetError(
            f"{file}: cannot be read as UTF-8 text ({error.reason} at byte {error.start}); "
            "give the path of the annotations, saved as UTF-8"
        ) from error
    except (OSError, ValueError) as error:
        raise DatasetError(f"{file}: cannot be read ({error}); give the path of the annotations") from error
    if not text.strip():
        raise DatasetError(f"{file}: is empty; give a file with annotations")
    if control := _CONTROL.search(text):
        raise DatasetError(f"{file}: holds control characters such as {control[0]!r}; save it as UTF-8 text")
    return text


def number(cell: object, where: str) -> float:
    """A finite number of an annotation, or NaN where the cell says that it is missing.

    Raises:
        DatasetError: the cell is neither.
    """
    if cell is None or (isinstance(cell, str) and cell.strip().lower() in _MISSING_CELLS):
        return math.nan
    try:
        value = float(cell)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        value = math.inf
    if math.isinf(value) or isinstance(cell, bool) or (isinstance(cell, str) and not _NUMBER.fullmatch(cell)):
        raise DatasetError(f"{where}: {quoted(cell)} is not a number; correct it, or leave it empty where missing")
    return value


def is_number(cell: str) -> bool:
    """Whether a cell is a number, or says that it is missing."""
    try:
        number(cell, "")
    except DatasetError:
        return False
    return True


def spacing(cell: object, where: str) -> tuple[float, float] | None:
    """A pixel size in mm, as (x, y), or None where the cell says that it is missing.

    Raises:
        DatasetError: the cell is not a number, or of no radiograph.
    """
    millimetres = number(cell, where)
    if math.isnan(millimetres):
        return None
    if not is_plausible(millimetres):
        raise DatasetError(
            f"{where}: the spacing is {millimetres:g}, not {PLAUSIBLE_RANGE} mm per pixel; "
            "correct it, or leave it empty where unknown"
        )
    return millimetres, millimetres


def point(x: object, y: object, where: str) -> Point | None:
    """A point of two numbers, or None where both are missing.

    Raises:
        DatasetError: a cell is not a number, or only one of them is missing.
    """
    first, second = number(x, where), number(y, where)
    if math.isnan(first) != math.isnan(second):
        raise DatasetError(f"{where}: one of x = {quoted(x)} and y = {quoted(y)} is missing; give both or neither")
    return None if math.isnan(first) else (first, second)


def points(cells: Sequence[object], where: str) -> tuple[Point | None, ...]:
    """Points of alternating x and y.

    Raises:
        DatasetError: the number of cells is odd, or a cell is not a number.
    """
    if len(cells) % 2:
        raise DatasetError(f"{where}: has {len(cells)} coordinates, not pairs of x and y; add the one that lacks")
    return tuple(point(x, y, where) for x, y in zip(cells[::2], cells[1::2], strict=True))


def checked_names(names: tuple[str, ...], count: int, where: str) -> tuple[str, ...]:
    """The landmark names, of which there must be as many as points.

    Raises:
        ConfigurationError: there are more or fewer.
    """
    if len(names) != count:
        raise ConfigurationError(
            f"{where}: has {count} points a film where {len(names)} landmark names are given; give {count} names"
        )
    return names


def first_appearances(labels: Iterable[str], where: str) -> tuple[str, ...]:
    """Landmark names from the labels of points, in the order in which they first appear.

    Raises:
        DatasetError: there is none, or two differ in capital letters alone.
    """
    names = tuple(dict.fromkeys(labels))
    if not names:
        raise DatasetError(f"{where}: has no labelled point; give the folder of annotated points")
    spelt: dict[str, str] = {}
    for name in names:
        other = spelt.setdefault(name.casefold(), name)
        if other != name:
            raise DatasetError(f"{where}: labels are spelt {other!r} and {name!r}; give the landmark one spelling")
    return names


def in_order(named: Mapping[str, Point], names: tuple[str, ...], where: str) -> tuple[Point | None, ...]:
    """Points in the order of the landmark names, None where a name has no point.

    Raises:
        DatasetError: a point has a name that is no landmark's.
    """
    for name in named:
        if name not in names:
            raise DatasetError(
                f"{where}: {quoted(name)} is none of the landmarks; rename it or add it to --landmark_names"
            )
    return tuple(named.get(name) for name in names)
