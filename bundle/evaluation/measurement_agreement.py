# SPDX-License-Identifier: Apache-2.0
"""What an evaluation says about measurements: a table, Bland-Altman plots, and figures for `metrics.json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bundle.drawing.bland_altman import Compared, draw_bland_altman, group_compared
from bundle.drawing.figure import png
from bundle.evaluation.tables import Records, cell, write_csv
from bundle.files import write_whole
from bundle.measurements import Definition, Measured, measure
from bundle.measurements.rules import COBB
from bundle.metrics.agreement import agreement, symmetric_percentage_error

TABLE = "measurements.csv"
PLOT = "bland_altman.png"
HEADER = ("name", "measurement", "unit", "value", "true_value", "difference")


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
    found = [_measure(record, record["landmarks"], names, definitions) for record in records]
    true = [_measure(record, record["label"], names, definitions) for record in records]
    write_csv(folder / TABLE, HEADER, _rows(records, found, true))
    compared = _compare(found, true)
    plot = png(draw_bland_altman(compared, films))
    write_whole(folder / PLOT, lambda partial: partial.write_bytes(plot))
    summary: dict[str, Any] = {
        "measurements": [
            {"name": each.name, "unit": each.unit, **agreement(each.predicted, each.true)._asdict()}
            for each in compared
        ]
    }
    if any(definition.rule in COBB for definition in definitions):
        summary["cobb_smape"] = symmetric_percentage_error(_cobb(found), _cobb(true))
    return summary


def _measure(
    record: Mapping[str, Any], landmarks: np.ndarray | None, names: Sequence[str], definitions: Sequence[Definition]
) -> tuple[Measured, ...]:
    points = np.full((len(names), 2), np.nan) if landmarks is None else landmarks
    return measure(definitions, names, points, record["spacing"], record["size"], record["upright"])


def _rows(records: Records, found: Sequence[Sequence[Measured]], true: Sequence[Sequence[Measured]]) -> list[list[str]]:
    return [
        [record["name"], first.name, first.unit, *map(cell, (first.value, second.value, first.value - second.value))]
        for record, predicted, truth in zip(records, found, true, strict=True)
        for first, second in zip(predicted, truth, strict=True)
    ]


def _compare(found: Sequence[Sequence[Measured]], true: Sequence[Sequence[Measured]]) -> list[Compared]:
    """Values of all films by measurement and unit: where the spacing of some films is unknown, theirs are in pixels."""
    return group_compared(
        (first.name, first.unit, first.value, second.value)
        for predicted, truth in zip(zip(*found, strict=True), zip(*true, strict=True), strict=True)
        for first, second in zip(predicted, truth, strict=True)
    )


def _cobb(films: Sequence[Sequence[Measured]]) -> np.ndarray:
    """The Cobb angles of the films `[N, A]`."""
    return np.array([[each.value for each in film if each.definition.rule in COBB] for film in films], dtype=float)
