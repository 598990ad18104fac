# SPDX-License-Identifier: Apache-2.0
"""What an evaluation says about measurements: a table, Bland-Altman plots, and figures for `metrics.json`."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from bundle.csv_tables import csv_records
from bundle.drawing.bland_altman import Compared, draw_bland_altman
from bundle.drawing.figure import write_png
from bundle.errors import BundleError
from bundle.evaluation.tables import read_text, write_frame
from bundle.measurements import measure
from bundle.measurements.rules import COBB
from bundle.metrics.agreement import agreement, symmetric_percentage_error
from bundle.results.film_result import FilmResult

TABLE = "measurements.csv"
PLOT = "bland_altman.png"


def write_measurement_agreement(folder: Path, results: Sequence[FilmResult], films: str) -> dict[str, Any]:
    """Write `measurements.csv`, one row a film and measurement, and `bland_altman.png`.

    Args:
        folder: Folder to write to.
        results: At least one film, with at least one measurement.
        films: What the films are, to say on the plot.

    Returns:
        `measurements`, a list of `name`, `unit` and what `Agreement` holds, with one entry for each unit that a
        measurement has on these films; and `cobb_smape` in per cent where there are Cobb angles.

    Raises:
        BundleError: a file cannot be written.
    """
    frame = _compare_with_truth(results)
    write_frame(folder / TABLE, frame)
    compared = _by_measurement(frame)
    write_png(folder / PLOT, draw_bland_altman(compared, films))
    summary: dict[str, Any] = {
        "measurements": [
            {"name": values.name, "unit": values.unit, **agreement(values.predicted, values.true)._asdict()}
            for values in compared
        ]
    }
    angles = [measured.name for measured in results[0].measurements if measured.definition.rule in COBB]
    cobb = frame[frame["measurement"].isin(angles)]
    if len(cobb):
        found, true = (cobb[name].to_numpy().reshape(len(results), -1) for name in ("value", "true_value"))
        summary["cobb_smape"] = symmetric_percentage_error(found, true)
    return summary


def read_measurements(folder: Path) -> list[Compared]:
    """Read what `write_measurement_agreement` wrote: the values of all films by measurement and unit.

    Raises:
        BundleError: the table is missing or cannot be read.
    """
    file = folder / TABLE
    try:
        frame = pd.DataFrame(csv_records(read_text(file)))
        return _by_measurement(frame.assign(**{name: pd.to_numeric(frame[name]) for name in ("value", "true_value")}))
    except (KeyError, ValueError, csv.Error) as error:
        raise BundleError(f"{file}: is no table of measurements ({error}); evaluate again") from error


def _compare_with_truth(results: Sequence[FilmResult]) -> pd.DataFrame:
    """One row a film and measurement, in the order of both."""
    rows = []
    for result in results:
        definitions = [found.definition for found in result.measurements]
        truth = measure(definitions, result.names, result.true_landmarks, result.spacing, result.size, result.upright)
        rows += [
            (result.name, found.name, found.unit, found.value, true.value)
            for found, true in zip(result.measurements, truth, strict=True)
        ]
    frame = pd.DataFrame(rows, columns=["name", "measurement", "unit", "value", "true_value"])
    return frame.assign(difference=frame["value"] - frame["true_value"])


def _by_measurement(frame: pd.DataFrame) -> list[Compared]:
    """Values of all films by measurement and unit: where the spacing of some films is unknown, theirs are in pixels."""
    return [
        Compared(str(name), str(unit), films["value"].to_numpy(), films["true_value"].to_numpy())
        for name, of_any_unit in frame.groupby("measurement", sort=False)
        for unit, films in of_any_unit.groupby("unit", sort=False)
    ]
