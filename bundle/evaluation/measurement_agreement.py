# SPDX-License-Identifier: Apache-2.0
"""What an evaluation says about measurements: a table, Bland-Altman plots, and figures for `metrics.json`."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bundle.csv_tables import csv_records
from bundle.drawing.bland_altman import Compared, draw_bland_altman
from bundle.drawing.figure import write_png
from bundle.errors import BundleError
from bundle.evaluation.tables import Records, read_text, write_frame
from bundle.measurements import Definition, measure
from bundle.measurements.rules import COBB
from bundle.metrics.agreement import agreement, symmetric_percentage_error

TABLE = "measurements.csv"
PLOT = "bland_altman.png"


def write_measurement_agreement(
    folder: Path, records: Records, names: Sequence[str], definitions: Sequence[Definition], films: str
) -> dict[str, Any]:
    """Write `measurements.csv`, one row a film and measurement, and `bland_altman.png`.

    Args:
        folder: Folder to write to.
        records: At least one film; see `write_evaluation`.
        names: Names of the K landmarks.
        definitions: At least one measurement.
        films: What the films are, to say on the plot.

    Returns:
        `measurements`, a list of `name`, `unit` and what `Agreement` holds, with one entry for each unit that a
        measurement has on these films; and `cobb_smape` in per cent where there are Cobb angles.

    Raises:
        BundleError: a file cannot be written.
    """
    frame = _measure(records, names, definitions)
    write_frame(folder / TABLE, frame)
    compared = _compare(frame)
    write_png(folder / PLOT, draw_bland_altman(compared, films))
    summary: dict[str, Any] = {
        "measurements": [
            {"name": values.name, "unit": values.unit, **agreement(values.predicted, values.true)._asdict()}
            for values in compared
        ]
    }
    cobb = frame[frame["measurement"].isin([definition.name for definition in definitions if definition.rule in COBB])]
    if len(cobb):
        found, true = (cobb[name].to_numpy().reshape(len(records), -1) for name in ("value", "true_value"))
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
        return _compare(frame.assign(**{name: pd.to_numeric(frame[name]) for name in ("value", "true_value")}))
    except (KeyError, ValueError, csv.Error) as error:
        raise BundleError(f"{file}: is no table of measurements ({error}); evaluate again") from error


def _measure(records: Records, names: Sequence[str], definitions: Sequence[Definition]) -> pd.DataFrame:
    """One row a film and measurement, in the order of both."""
    unknown = np.full((len(names), 2), np.nan)
    rows = []
    for record in records:
        place = (record["spacing"], record["size"], record["upright"])
        label = unknown if record["label"] is None else record["label"]
        predicted, truth = (measure(definitions, names, points, *place) for points in (record["landmarks"], label))
        rows += [
            (record["name"], found.name, found.unit, found.value, true.value)
            for found, true in zip(predicted, truth, strict=True)
        ]
    frame = pd.DataFrame(rows, columns=["name", "measurement", "unit", "value", "true_value"])
    return frame.assign(difference=frame["value"] - frame["true_value"])


def _compare(frame: pd.DataFrame) -> list[Compared]:
    """Values of all films by measurement and unit: where the spacing of some films is unknown, theirs are in pixels."""
    return [
        Compared(str(name), str(unit), films["value"].to_numpy(), films["true_value"].to_numpy())
        for name, of_any_unit in frame.groupby("measurement", sort=False)
        for unit, films in of_any_unit.groupby("unit", sort=False)
    ]
