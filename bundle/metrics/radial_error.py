# SPDX-License-Identifier: Apache-2.0
"""How far a predicted landmark lies from the true one, and whether that counts as a failure or a detection."""

from __future__ import annotations

import torch

LEAST_ERROR = 1e-3  # pixels
FAILURE_THRESHOLD = 0.05


def radial_error(pred: torch.Tensor, target: torch.Tensor, spacing: torch.Tensor | None = None) -> torch.Tensor:
    """Euclidean distance between predicted and true landmarks.

    A prediction that is not finite has an infinite error: a diverged network must not pass for an unlabelled film.

    Args:
        pred: `[B, K, 2]` predicted points (x, y) in pixels of the original film.
        target: `[B, K, 2]` true points in the same pixels, NaN where missing.
        spacing: `[B, 2]` millimetres per pixel along x and y, NaN where unknown.

    Returns:
        `[B, K]` errors in pixels, or in millimetres where `spacing` is given; NaN where the target is missing or the
        spacing unknown.
    """
    offset = pred - target
    unknown = torch.isnan(target).any(dim=-1)
    if spacing is not None:
        scale = spacing.to(offset)[:, None, :]
        offset = offset * scale
        unknown = unknown | torch.isnan(scale).any(dim=-1)
    error = torch.linalg.vector_norm(offset, dim=-1)
    error = error.masked_fill(~torch.isfinite(pred).all(dim=-1), torch.inf)
    return error.masked_fill(unknown, torch.nan)


def log_error(error: torch.Tensor) -> torch.Tensor:
    """The logarithm of errors in thousandths of a pixel, of which one is the least: 0 and more."""
    return (error / LEAST_ERROR).clamp(min=1).log()


def from_log_error(log: torch.Tensor) -> torch.Tensor:
    """The inverse of `log_error`, in pixels."""
    return log.exp() * LEAST_ERROR


def failure(error: torch.Tensor, width: torch.Tensor, threshold: float = FAILURE_THRESHOLD) -> torch.Tensor:
    """Mark the landmarks whose error exceeds a share of the image width (the DAG paper's failure: 5 %).

    Args:
        error: `[B, K]` errors in pixels, NaN where unknown.
        width: `[B]` widths of the original films in pixels.
        threshold: Largest error, as a share of the width, that is no failure.

    Returns:
        `[B, K]` 1 for a failure, 0 for none, NaN where the error is unknown.
    """
    return _indicator(error > threshold * width.to(error)[:, None], error)


def detection(error_mm: torch.Tensor, radius: float) -> torch.Tensor:
    """Mark the landmarks found within a radius, whose share is the successful detection rate (SDR).

    Args:
        error_mm: `[B, K]` errors in millimetres, NaN where unknown.
        radius: Largest error in millimetres that is a detection.

    Returns:
        `[B, K]` 1 for a detection, 0 for none, NaN where the error is unknown.
    """
    return _indicator(error_mm <= radius, error_mm)


def _indicator(condition: torch.Tensor, error: torch.Tensor) -> torch.Tensor:
    return condition.to(error).masked_fill(torch.isnan(error), torch.nan)
