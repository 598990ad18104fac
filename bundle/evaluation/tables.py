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
from bundle.metrics.levels import LevelErrors, level_errors
from bundle.metrics.summary import LandmarkErrors
from bundle.results.film_result import FilmResult


def errors_of(results: Sequence[FilmResult]) -> LandmarkErrors:
    """Measure every landmark of at least one film."""
    return landmark_errors(
        np.stack([result.landmarks for result in results]),
        np.stack([result.true_landmarks for result in results]),
        np.stack([result.spacing for result in results]),
        np.array([result.size[0] for result in results]),
    )


def levels_of(results: Sequence[FilmResult], parts: Sequence[Sequence[int]]) -> LevelErrors:
    """Measure the levels of the repeated parts of at least one film; see `level_errors`."""
    return level_errors(
        np.stack([result.landmarks for result in results]),
        np.stack([result.true_landmarks for result in results]),
        np.stack([result.spacing for result in results]),
        parts,
    )


def write_metrics(path: Path, metrics: Mapping[str, Any]) -> None:
    """Write what `summarize_errors` returns as readable JSON.

    Raises:
        BundleError: the file cannot be written.
    """
    write_text(path, json.dumps(metrics, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def write_film_table(path: Path, results: Sequence[FilmResult], levels: LevelErrors | None = None) -> None:
    """Write one row a film: name, mean error in pixels and mm, largest error in pixels, number of failures.

    With repeated parts also by how many parts the film is shifted, and its mean error at the best level in pixels. The
    columns after these are named after landmarks and hold their radial errors in pixels. A cell is
    empty where nothing could be measured.

    Raises:
        BundleError: the file cannot be written.
    """
    pixels, millimetres, _, failures = map(pd.DataFrame, errors_of(results))
    shifts = {} if levels is None else {"level_shift": levels.shift, "best_level_error_px": levels.best_pixels}
    films = pd.DataFrame(
        {
            "name": [result.name for result in results],
            "mean_error_px": pixels.mean(axis="columns"),
            "mean_error_mm": millimetres.mean(axis="columns"),
            "max_error_px": pixels.max(axis="columns"),
            "failures": failures.sum(axis="columns", min_count=1),
            **shifts,
        }
    )
    write_frame(path, pd.concat([films, pixels.set_axis(results[0].names, axis="columns")], axis="columns"))


def write_landmark_table(path: Path, results: Sequence[FilmResult]) -> None:
    """Write one row a landmark of a film: predicted and true point, error in pixels, mm and as a share of the width.

    Points are in pixels of the stored image. A cell is empty where nothing could be measured.

    Raises:
        BundleError: the file cannot be written.
    """
    rows = [(result.name, name) for result in results for name in result.names]
    frame = pd.DataFrame(rows, columns=["name", "landmark"])
    frame[["x", "y"]] = np.concatenate([result.landmarks for result in results])
    frame[["true_x", "true_y"]] = np.concatenate([result.true_landmarks for result in results])
    frame["error_px"], frame["error_mm"], frame["error_width"] = (values.ravel() for values in errors_of(results)[:3])
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
