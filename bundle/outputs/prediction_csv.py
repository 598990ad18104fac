# SPDX-License-Identifier: Apache-2.0
"""What inference found on all films of a folder, as tables: one of landmarks, one of measurements."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar

from bundle.csv_tables import csv_text
from bundle.files import append_text, write_text
from bundle.results.film_result import FilmResult

LANDMARKS = "predictions.csv"
MEASUREMENTS = "measurements.csv"

PROVENANCE = ("spacing_provenance", "model", "version", "weights_sha256")
LANDMARK_HEADER = (
    *("name", "landmark", "x", "y", "x_mm", "y_mm", "expected_error_px", "expected_error_mm", "decision"),
    *PROVENANCE,
)
MEASUREMENT_HEADER = ("name", "measurement", "value", "unit", *PROVENANCE)


class CsvOutput:
    """`predictions.csv`, one row a landmark of a film, and `measurements.csv`, one row a measurement, if there are any.

    Rows are added film by film, so that a run that is cut leaves its rows. Pixels are those of the stored image,
    millimetres of landmarks are from the centre of the first pixel. A cell is empty where nothing is known. The first
    film of a run starts new tables.

    Args:
        out_dir: Folder to write to.
    """

    grows: ClassVar[bool] = True

    def __init__(self, out_dir: Path) -> None:
        self.landmarks = _Table(out_dir / LANDMARKS, LANDMARK_HEADER)
        self.measurements = _Table(out_dir / MEASUREMENTS, MEASUREMENT_HEADER)

    def files(self, result: FilmResult) -> list[Path]:
        """The tables that a film has rows in."""
        return [self.landmarks.file, *([self.measurements.file] if result.measurements else [])]

    def __call__(self, result: FilmResult) -> None:
        """Add the rows of one film.

        Raises:
            BundleError: a file cannot be written.
        """
        model = result.model
        provenance = (result.spacing_provenance, model.name, model.version, model.weights_sha256)
        spacing_x, spacing_y = result.spacing
        self.landmarks.add(
            [
                *(result.name, name),
                *map(_cell, (x, y, x * spacing_x, y * spacing_y, error_px, error_mm)),
                *(result.decision or "", *provenance),
            ]
            for name, (x, y), error_px, error_mm in zip(
                result.names, result.landmarks, result.expected_error_px, result.expected_error_mm, strict=True
            )
        )
        if result.measurements:
            self.measurements.add(
                [result.name, measured.name, _cell(measured.value), measured.unit, *provenance]
                for measured in result.measurements
            )


class _Table:
    """A CSV file that grows, and that is begun anew by the first rows."""

    def __init__(self, file: Path, header: Sequence[str]) -> None:
        self.file = file
        self.header = header
        self._started = False

    def add(self, rows: Iterable[Sequence[str]]) -> None:
        text = csv_text(rows)
        if not self._started:
            write_text(self.file, csv_text([self.header]))
            self._started = True
        append_text(self.file, text)


def _cell(value: float) -> str:
    return f"{value:.4f}" if math.isfinite(value) else ""
