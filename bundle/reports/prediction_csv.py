# SPDX-License-Identifier: Apache-2.0
"""What inference found on all films of a folder, as one table."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

from bundle.files import append_text, write_text
from bundle.reports.prediction import Prediction

FILE = "predictions.csv"

HEADER = (
    "name",
    "landmark",
    "x",
    "y",
    "x_mm",
    "y_mm",
    "spacing_provenance",
    "model",
    "version",
    "weights_sha256",
)


class CsvOutput:
    """`predictions.csv`: one row a landmark of a film, added film by film, so that a run that is cut leaves its rows.

    Pixels are those of the stored image, millimetres are from the centre of the first pixel. A cell is empty where
    nothing is known. The first film of a run starts a new table.

    Args:
        out_dir: Folder to write to.
    """

    def __init__(self, out_dir: Path) -> None:
        self.file = out_dir / FILE
        self._started = False

    def __call__(self, prediction: Prediction) -> None:
        """Add the rows of one film.

        Raises:
            BundleError: the file cannot be written.
        """
        buffer = io.StringIO(newline="")
        rows = csv.writer(buffer, lineterminator="\n")
        model = prediction.model
        for name, (x, y) in zip(prediction.names, prediction.landmarks, strict=True):
            millimetres = (x * prediction.spacing[0], y * prediction.spacing[1])
            provenance = (prediction.spacing_provenance, model.name, model.version, model.weights_sha256)
            rows.writerow([prediction.name, name, *map(_cell, (x, y, *millimetres)), *provenance])
        if not self._started:
            write_text(self.file, ",".join(HEADER) + "\n")
            self._started = True
        append_text(self.file, buffer.getvalue())


def _cell(value: float) -> str:
    return f"{value:.4f}" if math.isfinite(value) else ""
