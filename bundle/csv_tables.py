# SPDX-License-Identifier: Apache-2.0
"""Tables as CSV text that no spreadsheet runs: a text that it would take for a formula stands behind an apostrophe."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""With which a cell begins that spreadsheets run."""
_MARK = "'"


def csv_text(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV; numbers stay as they are, None is an empty cell."""
    return "".join(map(_line, rows))


def csv_records(text: str) -> list[dict[str, str]]:
    """What `csv_text` wrote, by the names of its first row; a row of too few cells lacks the last ones."""
    names, *rows = [[_plain(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""))] or [[]]
    return [dict(zip(names, row, strict=False)) for row in rows if row]


def csv_of_records(records: Sequence[Mapping[str, Any]]) -> str:
    """Records as CSV, whose header is the keys of all of them."""
    names = list(dict.fromkeys(name for record in records for name in record))
    return csv_text([names, *([record.get(name) for name in names] for record in records)])


def csv_of_frame(frame: pd.DataFrame) -> str:
    """A frame as CSV without its index; what is missing is an empty cell."""
    return csv_text([frame.columns, *frame.astype(object).where(frame.notna(), None).to_numpy()])


def _line(row: Sequence[Any]) -> str:
    stream = io.StringIO(newline="")
    ends = "\r\n"  # so that the writer quotes a cell with either of them
    csv.writer(stream, lineterminator=ends).writerow(map(_safe, row))
    return stream.getvalue().removesuffix(ends) + "\n"


def _safe(cell: Any) -> Any:
    marked = isinstance(cell, str) and cell.startswith(_FORMULA) and not _is_number(cell)
    return f"{_MARK}{cell}" if marked or _is_marked(cell) else cell


def _plain(cell: str) -> str:
    return cell[1:] if _is_marked(cell) else cell


def _is_marked(cell: Any) -> bool:
    """Whether a text begins as a marked one does, which itself is marked when it is written."""
    return isinstance(cell, str) and cell.startswith(_MARK) and cell.lstrip(_MARK).startswith(_FORMULA)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
