# SPDX-License-Identifier: Apache-2.0
"""The figures of an evaluation as files: `metrics.json`, one CSV row a film, one CSV row a landmark."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bundle.csv_tables import csv_text
from bundle.files import write_text
from bundle.metrics import landmark_errors

Records = Sequence[Mapping[str, Any]]


def write_metrics(path: Path, metrics: Mapping[str, Any]) -> None:
    """Write what `summarize_errors` returns as readable JSON.

    Raises:
        BundleError: the file cannot be written.
    """
    write_text(path, json.dumps(metrics, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def write_film_table(path: Path, records: Records, names: Sequence[str]) -> None:
    """Write one row a film: name, mean error in pixels and mm, largest error in pixels, number of failures.

    The columns after these are named after landmarks and hold their radial errors in pixels. A cell is
    empty where nothing could be measured.

    Raises:
        BundleError: the file cannot be written.
    """
    errors = landmark_errors(records)
    header = ["name", "mean_error_px", "mean_error_mm", "max_error_px", "failures", *names]
    rows = []
    for record, pixels, millimetres, failures in zip(
        records, errors.pixels, errors.millimetres, errors.failures, strict=True
    ):
        measured = [
            _over_known(np.mean, pixels),
            _over_known(np.mean, millimetres),
            _over_known(np.max, pixels),
            _over_known(np.sum, failures),
            *pixels,
        ]
        rows.append([record["name"], *map(cell, measured)])
    write_csv(path, header, rows)


def write_landmark_table(path: Path, records: Records, names: Sequence[str]) -> None:
    """Write one row a landmark of a film: predicted and true point, error in pixels, mm and as a share of the width.

    Points are in pixels of the stored image. A cell is empty where nothing could be measured.

    Raises:
        BundleError: the file cannot be written.
    """
    errors = landmark_errors(records)
    header = ["name", "landmark", "x", "y", "true_x", "true_y", "error_px", "error_mm", "error_width"]
    rows = []
    for film, record in enumerate(records):
        true = np.full((len(names), 2), np.nan) if record["label"] is None else record["label"]
        for index, name in enumerate(names):
            measured = (values[film, index] for values in errors[:3])
            cells = map(cell, (*record["landmarks"][index], *true[index], *measured))
            rows.append([record["name"], name, *cells])
    write_csv(path, header, rows)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table.

    Raises:
        BundleError: the file cannot be written.
    """
    write_text(path, csv_text([header, *rows]))


def _over_known(reduce: Callable[[np.ndarray], float], values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return reduce(known) if known.size else math.nan


def cell(value: float) -> str:
    """Return a figure as a cell of a table, empty where it is unknown."""
    return "" if math.isnan(value) else f"{value:.6g}"
