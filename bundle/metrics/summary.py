# SPDX-License-Identifier: Apache-2.0
"""The figures an evaluation reports: errors, failure rate and detection rates, overall and for each landmark."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike

from bundle.metrics.radial_error import detection, failure, radial_error

DETECTION_RADII_MM = (2.0, 2.5, 3.0, 4.0)


class LandmarkErrors(NamedTuple):
    """What was measured on N films of K landmarks, each `[N, K]` float64 and NaN where it could not be measured.

    Attributes:
        pixels: Radial errors in pixels of the original film.
        millimetres: Radial errors in millimetres.
        width_fraction: Radial errors as a share of the image width.
        failures: 1 where the error exceeds 5 % of the image width, else 0.
    """

    pixels: np.ndarray
    millimetres: np.ndarray
    width_fraction: np.ndarray
    failures: np.ndarray


def landmark_errors(landmarks: ArrayLike, label: ArrayLike, spacing: ArrayLike, width: ArrayLike) -> LandmarkErrors:
    """Measure every landmark of N films.

    Args:
        landmarks: `[N, K, 2]` predicted points in pixels of the original film, NaN where missing.
        label: `[N, K, 2]` true points in the same pixels, NaN where unknown.
        spacing: `[N, 2]` in mm per pixel, NaN where unknown.
        width: `[N]` of the films in pixels.
    """
    pred, target, scale, sides = (
        torch.from_numpy(np.asarray(values, dtype=np.float64)) for values in (landmarks, label, spacing, width)
    )
    pixels = radial_error(pred, target)
    measured = (
        pixels,
        radial_error(pred, target, scale),
        pixels / sides[:, None],
        failure(pixels, sides),
    )
    return LandmarkErrors(*(values.numpy() for values in measured))


def summarize_errors(errors: LandmarkErrors, names: Sequence[str]) -> dict[str, Any]:
    """Summarize the errors of the films, as plain Python values fit for JSON.

    Args:
        errors: Of at least one film.
        names: Names of the K landmarks.

    Returns:
        `films` with at least one true landmark and `films_with_spacing` among them; `overall` and `per_landmark[name]`,
        each with `count`, `mean_px`, `median_px`, `std_px` (of the population), `failure_rate` (share of errors above
        5 % of the image width), and over the films of known spacing `count_mm`, `mean_mm`, `median_mm`, `std_mm` and
        the detection rates `sdr_2mm`, `sdr_2.5mm`, `sdr_3mm`, `sdr_4mm`. Rates lie in [0, 1]. None stands for what
        could not be measured.
    """
    columns = (LandmarkErrors(*(values[:, [index]] for values in errors)) for index in range(len(names)))
    return {
        "films": _films(errors.pixels),
        "films_with_spacing": _films(errors.millimetres),
        "overall": _statistics(errors),
        "per_landmark": {name: _statistics(column) for name, column in zip(names, columns, strict=True)},
    }


def mean_over_known(values: np.ndarray, axis: int) -> np.ndarray:
    """Return the mean along an axis without the NaN in it: NaN where nothing is known, infinite where a value is."""
    count = (~np.isnan(values)).sum(axis=axis)
    mean: np.ndarray = np.where(count > 0, np.nansum(values, axis=axis) / np.maximum(count, 1), np.nan)
    return mean


def _statistics(errors: LandmarkErrors) -> dict[str, float | int | None]:
    pixels, millimetres = _known(errors.pixels), _known(errors.millimetres)
    rates = {
        f"sdr_{radius:g}mm": _mean(detection(torch.from_numpy(millimetres), radius).numpy())
        for radius in DETECTION_RADII_MM
    }
    return {
        "count": pixels.size,
        **_location(pixels, "px"),
        "failure_rate": _mean(_known(errors.failures)),
        "count_mm": millimetres.size,
        **_location(millimetres, "mm"),
        **rates,
    }


def _location(values: np.ndarray, unit: str) -> dict[str, float | None]:
    # one infinite error makes the deviation undefined, which is no reason for a warning
    with np.errstate(invalid="ignore"):
        deviation = _finite(values.std()) if values.size else None
    return {
        f"mean_{unit}": _mean(values),
        f"median_{unit}": _finite(np.median(values)) if values.size else None,
        f"std_{unit}": deviation,
    }


def _mean(values: np.ndarray) -> float | None:
    return _finite(values.mean()) if values.size else None


def _finite(value: np.floating) -> float | None:
    return float(value) if math.isfinite(value) else None


def _known(values: np.ndarray) -> np.ndarray:
    return values[~np.isnan(values)]


def _films(values: np.ndarray) -> int:
    return int((~np.isnan(values)).any(axis=1).sum())
