# SPDX-License-Identifier: Apache-2.0
"""Everything an evaluation leaves in its folder."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from bundle.drawing.cumulative_error import comparable_errors, draw_cumulative_error
from bundle.drawing.figure import write_png
from bundle.drawing.overlay import write_overlay
from bundle.errors import ConfigurationError, RadiographError
from bundle.evaluation.confidence_report import PLOT as CONFIDENCE_PLOT
from bundle.evaluation.confidence_report import TABLE as CONFIDENCE_TABLE
from bundle.evaluation.confidence_report import write_confidence_report
from bundle.evaluation.example_films import choose_examples
from bundle.evaluation.measurement_agreement import PLOT as MEASUREMENT_PLOT
from bundle.evaluation.measurement_agreement import TABLE as MEASUREMENT_TABLE
from bundle.evaluation.measurement_agreement import write_measurement_agreement
from bundle.evaluation.tables import errors_of, levels_of, write_film_table, write_landmark_table, write_metrics
from bundle.films.refusal import refused_by_name
from bundle.metrics import summarize_errors
from bundle.metrics.levels import summarize_levels
from bundle.results.film_result import FilmResult
from bundle.run_folder import METRICS
from bundle.written_files import WrittenFiles

logger = logging.getLogger(__name__)

FILMS = "errors.csv"
LANDMARKS = "landmarks.csv"
CUMULATIVE_ERROR = "cumulative_error.png"
OVERLAYS = "overlays"
KIND = "evaluation"
"""Of the files that are recorded in the folder, see `WrittenFiles`."""

_LONGEST_STEM = 120
"""Bytes of a film's name in that of its picture."""

NO_OVERLAYS: Mapping[str, int] = MappingProxyType({})


def write_evaluation(
    results: Sequence[FilmResult],
    out_dir: str | Path,
    skeleton: Sequence[tuple[int, int]] = (),
    synthetic: bool = False,
    overlays: Mapping[str, int] = NO_OVERLAYS,
    unreadable: Sequence[str] = (),
    parts: Sequence[Sequence[int]] | None = None,
) -> dict[str, Any]:
    """Write `metrics.json`, `errors.csv`, `landmarks.csv`, `cumulative_error.png` and the pictures in `overlays/`.

    With measurements also `measurements.csv` and `bland_altman.png`, see `write_measurement_agreement`; with the
    confidence of a calibrated network `confidence.csv` and `reliability.png`, see `write_confidence_report`.

    Args:
        results: Of the films, all by one model; a landmark that it never saw has no `label`.
        out_dir: Folder to write to.
        skeleton: Pairs of landmark indices to join by a faint line in the pictures.
        synthetic: Whether the films are computed, which the metrics and the pictures then say.
        overlays: How many `best`, `typical` and `worst` films to draw, see `choose_examples`.
        unreadable: Names of the films to evaluate that could not be read.
        parts: `[P, C]` landmark indices of repeated parts, whose level is then measured apart from their place.

    Returns:
        The content of `metrics.json`: what `summarize_errors`, `write_measurement_agreement` and
        `write_confidence_report` return, `levels` as `summarize_levels` where parts are repeated, `synthetic`,
        `skeleton`, `not_looked_for`, `unreadable`, and `overlays`, a list of `case`, `name`, `file`, `mean_error` and
        `unit`.

    Raises:
        ConfigurationError: no film has a true landmark, or `overlays` is not as `choose_examples` takes it.
        BundleError: the folder cannot be written to.
    """
    folder = Path(out_dir)
    if not any(np.isfinite(result.true_landmarks).any() for result in results):
        raise ConfigurationError(f"{folder}: none of the films to evaluate has landmarks; evaluate on a labelled split")
    files = WrittenFiles(folder, KIND)
    files.announce(*(folder / name for name in (FILMS, LANDMARKS, CUMULATIVE_ERROR, METRICS)))
    levels = levels_of(results, parts) if parts else None
    write_film_table(folder / FILMS, results, levels)
    write_landmark_table(folder / LANDMARKS, results)
    errors = errors_of(results)
    summary = summarize_errors(errors, results[0].names)
    films = f"{summary['films']} {'synthetic ' if synthetic else ''}films"
    comparable, unit = comparable_errors(errors.millimetres, errors.width_fraction)
    write_png(folder / CUMULATIVE_ERROR, draw_cumulative_error({films: comparable}, unit))
    pictures = []
    for case, rank, film in choose_examples(comparable, overlays):
        name = results[film].name
        file = f"{OVERLAYS}/{case}_{rank}_{_short_stem(name)}.jpg"
        files.announce(folder / file)
        try:
            with refused_by_name(name, "it cannot be drawn"):
                write_overlay(results[film], folder / file, skeleton, synthetic)
        except RadiographError as error:
            logger.error(f"{error}")
            continue
        mean_error = float(np.nanmean(comparable[film]))
        pictures.append({"case": case, "name": name, "file": file, "mean_error": _finite(mean_error), "unit": unit})
    if levels:
        summary["levels"] = summarize_levels(levels)
    if results[0].measurements:
        files.announce(folder / MEASUREMENT_TABLE, folder / MEASUREMENT_PLOT)
        summary |= write_measurement_agreement(folder, results, films)
    if results[0].confidence:
        files.announce(folder / CONFIDENCE_TABLE, folder / CONFIDENCE_PLOT)
        summary |= write_confidence_report(folder, results)
    metrics = {
        "synthetic": synthetic,
        "skeleton": [list(pair) for pair in skeleton],
        "not_looked_for": list(results[0].not_looked_for),
        **summary,
        "unreadable": list(unreadable),
        "overlays": pictures,
    }
    write_metrics(folder / METRICS, metrics)
    files.settle()
    return metrics


def _short_stem(name: str) -> str:
    return Path(name).stem.encode()[:_LONGEST_STEM].decode(errors="ignore")


def headline(metrics: Mapping[str, Any]) -> str:
    """Return the content of a `metrics.json` in one sentence."""
    overall = metrics["overall"]
    films = f"{metrics['films']} {'synthetic ' if metrics['synthetic'] else ''}films"
    error = f"{_figure(overall['mean_px'])} px"
    if overall["count_mm"]:
        error = f"{_figure(overall['mean_mm'])} mm ({error})"
    if share := metrics.get("levels", {}).get("share_of_shift"):
        error += f", of which {100 * share:.0f} % is a level shift"
    return f"mean error {error}, failure rate {100 * overall['failure_rate']:.1f} % on {films}"


def _figure(value: float | None) -> str:
    return "infinite" if value is None else f"{value:.2f}"


def _finite(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None
