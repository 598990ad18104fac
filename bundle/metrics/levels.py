# SPDX-License-Identifier: Apache-2.0
"""Which of many like parts is which, apart from where they lie: the error of a chain at the level that fits it best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike

from bundle.metrics.radial_error import from_log_error, log_error, radial_error
from bundle.metrics.summary import mean_over_known

MOST_SHIFT = 3
"""Parts that a chain is shifted by at most."""


class LevelErrors(NamedTuple):
    """The errors of the repeated parts of N films, as they are and at the best level; each `[N]`, NaN where unknown.

    Attributes:
        shift: Best level: part p was found where part p + shift lies. NaN also where a part was not found at any level.
        landmarks: Number of true landmarks of the parts.
        pixels: Mean error in pixels.
        best_pixels: Mean error in pixels at the best level, over the parts that both have.
        millimetres: As `pixels`, in millimetres.
        best_millimetres: As `best_pixels`, in millimetres.
    """

    shift: np.ndarray
    landmarks: np.ndarray
    pixels: np.ndarray
    best_pixels: np.ndarray
    millimetres: np.ndarray
    best_millimetres: np.ndarray


def level_errors(
    landmarks: ArrayLike, label: ArrayLike, spacing: ArrayLike, parts: Sequence[Sequence[int]]
) -> LevelErrors:
    """Compare the found parts of each film with the true parts a few levels on, and keep the level of smallest error.

    A level counts where it compares at least half of the true landmarks; of equal ones the smallest shift is kept.

    Args:
        landmarks: `[N, K, 2]` predicted points in pixels of the original film.
        label: `[N, K, 2]` true points in the same pixels, NaN where missing.
        spacing: `[N, 2]` mm per pixel along x and y, NaN where unknown.
        parts: `[P, C]` landmark indices, the parts in the order of their chain.
    """
    found, true, scale = (
        torch.from_numpy(np.asarray(values, dtype=np.float64)) for values in (landmarks, label, spacing)
    )
    found, true = found[:, torch.tensor(parts)], true[:, torch.tensor(parts)]
    most = min(MOST_SHIFT, len(parts) // 2)
    shifts = sorted(range(-most, most + 1), key=abs)
    pixels, millimetres, known = [], [], []
    for shift in shifts:
        one, other = (_overlap(found, shift), _overlap(true, -shift))
        errors = radial_error(one, other).numpy()
        pixels.append(mean_over_known(errors, axis=1))
        millimetres.append(mean_over_known(radial_error(one, other, scale).numpy(), axis=1))
        known.append((~np.isnan(errors)).sum(axis=1))
    enough = np.stack(known) * 2 >= np.maximum(known[0], 1)
    best = np.where(enough, np.stack(pixels), np.inf).argmin(axis=0)
    at_best = best, np.arange(len(best))
    best_pixels = np.stack(pixels)[at_best]
    return LevelErrors(
        np.where(np.isfinite(best_pixels), np.array(shifts)[best], np.nan),
        known[0].astype(float),
        pixels[0],
        best_pixels,
        millimetres[0],
        np.stack(millimetres)[at_best],
    )


def summarize_levels(errors: LevelErrors) -> dict[str, Any]:
    """Summarize the levels of the films, as plain Python values fit for JSON.

    Returns:
        `films` with a true landmark of the parts; `right_level`, the share of them that are at the right level;
        `shifts`, how many films have each shift; `mean_px` and `best_level_px`, the mean error over all landmarks of
        the parts as it is and where each film is at its best level; `mean_mm` and `best_level_mm` over the films of
        known spacing; `typical_px` and `typical_mm`, the geometric mean over films at their best level, by which
        trainings are judged; and `share_of_shift`, the part of `mean_px` that goes at the best level. None stands for
        what could not be measured.
    """
    films = int((errors.landmarks > 0).sum())
    shifts = errors.shift[~np.isnan(errors.shift)].astype(int).tolist()
    mean, best, mean_mm, best_mm = (
        _weighted(values, errors.landmarks)
        for values in (errors.pixels, errors.best_pixels, errors.millimetres, errors.best_millimetres)
    )
    return {
        "films": films,
        "right_level": shifts.count(0) / films if films else None,
        "shifts": {f"{shift:+d}" if shift else "0": shifts.count(shift) for shift in sorted({*shifts})},
        "mean_px": mean,
        "best_level_px": best,
        "mean_mm": mean_mm,
        "best_level_mm": best_mm,
        "typical_px": _typical(errors.best_pixels, errors.landmarks),
        "typical_mm": _typical(errors.best_millimetres, errors.landmarks),
        "share_of_shift": None if mean is None or best is None else 1 - best / mean if mean else 0.0,
    }


def _overlap(parts: torch.Tensor, shift: int) -> torch.Tensor:
    """Points `[N, (P - |shift|) C, 2]` of the parts `[N, P, C, 2]` that have one `shift` parts on."""
    count = parts.shape[1]
    return parts[:, max(0, -shift) : count - max(0, shift)].flatten(1, 2)


def _typical(means: np.ndarray, landmarks: np.ndarray) -> float | None:
    log = _weighted(log_error(torch.from_numpy(means)).numpy(), landmarks)
    return None if log is None else float(from_log_error(torch.tensor(log, dtype=torch.float64)))


def _weighted(means: np.ndarray, landmarks: np.ndarray) -> float | None:
    """Mean over films, each as often as it has landmarks; None where nothing is known or an error is infinite."""
    known = ~np.isnan(means)
    if not known.any() or not np.isfinite(means[known]).all():
        return None
    return float(np.average(means[known], weights=landmarks[known]))
