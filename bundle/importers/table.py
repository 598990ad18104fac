# SPDX-License-Identifier: Apache-2.0
"""Rows of a table of text, as programs, spreadsheets and people save it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from bundle.errors import DatasetError
from bundle.importers.parsing import read_text

_DELIMITERS = ("\t", ";", ",")
_EXCEL_DELIMITER = re.compile(r"sep=(.)\n")

_COMMA_NUMBER = re.compile(r"[+-]?\d*,\d+(e[+-]?\d+)?", re.IGNORECASE)
_POINT_NUMBER = re.compile(r"[+-]?\d*\.\d+(e[+-]?\d+)?", re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+")
_HUNDREDS = re.compile(r"[+-]?\d{3,}")


class Row(NamedTuple):
    """A row that is not blank.

    Attributes:
        cells: Its cells, without blanks around them.
        where: File and line, for the error.
    """

    cells: list[str]
    where: str


def read_table(file: Path) -> list[Row]:
    """Read a table whose cells are separated by tabs, semicolons or commas, whichever divides its first row most.

    Blank rows, as spreadsheets leave them, are left out.

    Raises:
        DatasetError: the file is no such table.
    """
    return table_rows(file, read_text(file))


def table_rows(file: Path, text: str) -> list[Row]:
    """Rows of the text of a table; see `read_table`."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if stated := _EXCEL_DELIMITER.match(text):
        return _rows(file, text[stated.end() :], stated[1], first_line=2)
    parsed = [_rows(file, text, delimiter) for delimiter in _DELIMITERS if delimiter in text.strip().partition("\n")[0]]
    if not parsed:
        raise DatasetError(f"{file}: its first line is no row of cells; separate them by commas, semicolons or tabs")
    return max(parsed, key=lambda rows: len(rows[0].cells))


def decimal_comma(cells: Iterable[str], where: str) -> bool:
    """Tell whether the numbers among cells are written with a decimal comma.

    Raises:
        DatasetError: some are written with a comma and some with a point, or the commas may part thousands.
    """
    cells = list(cells)
    commas = [cell for cell in cells if _COMMA_NUMBER.fullmatch(cell)]
    if not commas:
        return False
    points = [cell for cell in cells if _POINT_NUMBER.fullmatch(cell)]
    whole = [cell for cell in cells if _HUNDREDS.fullmatch(cell)]
    if points or (whole and all(_THOUSANDS.fullmatch(cell) for cell in commas)):
        other = (points or whole)[0]
        raise DatasetError(
            f"{where}: has both {commas[0]!r} and {other!r}, so that the comma may be decimal or part thousands; "
            "write all numbers with a decimal point and without thousands separators"
        )
    return True


def _rows(file: Path, text: str, delimiter: str, first_line: int = 1) -> list[Row]:
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True, strict=True)
    rows = []
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                rows.append(Row(stripped, f"{file}, line {reader.line_num + first_line - 1}"))
    except csv.Error as error:
        line = reader.line_num + first_line - 1
        raise DatasetError(f"{file}, line {line}: is no row of a table ({error}); correct its quotes") from error
    if not rows:
        raise DatasetError(f"{file}: has no row; write one row a film")
    return rows
