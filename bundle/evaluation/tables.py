# SPDX-License-Identifier: Apache-2.0
"""The figures of an evaluation as files: `metrics.json`, one CSV row a film, one CSV row a landmark."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bundle.csv_tables import csv_of_frame
from bundle.errors import BundleError
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
    pixels, millimetres, _, failures = map(pd.DataFrame, landmark_errors(records))
    films = pd.DataFrame(
        {
            "name": [record["name"] for record in records],
            "mean_error_px": pixels.mean(axis="columns"),
            "mean_error_mm": millimetres.mean(axis="columns"),
            "max_error_px": pixels.max(axis="columns"),
            "failures": failures.sum(axis="columns", min_count=1),
        }
    )
    write_frame(path, pd.concat([films, pixels.set_axis(names, axis="columns")], axis="columns"))


def write_landmark_table(path: Path, records: Records, names: Sequence[str]) -> None:
    """Write one row a landmark of a film: predicted and true point, error in pixels, mm and as a share of the width.

    Points are in pixels of the stored image. A cell is empty where nothing could be measured.

    Raises:
        BundleError: the file cannot be written.
    """
    unknown = np.full((len(names), 2), np.nan)
    points = np.concatenate([record["landmarks"] for record in records])
    true = np.concatenate([unknown if record["label"] is None else record["label"] for record in records])
    errors = landmark_errors(records)
    frame = pd.DataFrame([(record["name"], name) for record in records for name in names], columns=["name", "landmark"])
    frame[["x", "y"]], frame[["true_x", "true_y"]] = points, true
    frame["error_px"], frame["error_mm"], frame["error_width"] = (values.ravel() for values in errors[:3])
    write_frame(path, frame)


def write_frame(path: Path, frame: pd.DataFrame) -> None:
    """Write a table: texts as they are, numbers in six digits, and an empty cell where one is unknown.

    Raises:
        BundleError: the file cannot be written.
    """
    write_text(path, csv_of_frame(frame.map(_cell)))


def read_text(file: Path) -> str:
    """Read a text file that a workflow writes.

    Raises:
        BundleError: it cannot be read.
    """
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise BundleError(
            f"{file}: cannot be read ({error.strerror}); run the workflow that writes it first"
        ) from error


def _cell(value: str | float) -> str:
    if isinstance(value, str):
        return value
    return "" if math.isnan(value) else f"{value:.6g}"
