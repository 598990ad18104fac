# SPDX-License-Identifier: Apache-2.0
"""The sheet that says which film has which name there."""

from __future__ import annotations

from pathlib import Path

from bundle.csv_tables import csv_of_records
from bundle.files import write_text
from bundle.films.refusal import printable
from bundle.handed_out import HandedOut

SHEET = "sheet.csv"
_DECIMALS = 2


def write_sheet(folder: Path, handed: HandedOut) -> None:
    """Write a row for each film: the name of its picture, the film, and the mean error that a model expects.

    Raises:
        BundleError: the folder cannot be written to, or the disk is full.
    """
    rows = [
        {
            "name": film.picture,
            "film": printable(film.film),
            "expected_error_px": round(sum(film.expected.values()) / len(film.expected), _DECIMALS)
            if film.expected
            else None,
        }
        for film in handed.films
    ]
    write_text(folder / SHEET, csv_of_records(rows))
