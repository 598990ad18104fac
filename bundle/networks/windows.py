# SPDX-License-Identifier: Apache-2.0
"""Windows of a film around vertices: where the last local step looks at the film itself, not at its reduced copy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch.nn import functional

from bundle.coordinates import to_grid, to_normalized
from bundle.move_points import b_spline_weights, displacement, in_float32, move_points, undo_affine

CONTROL_POINTS = 5  # per axis of a window's elastic deformation


class Windows(NamedTuple):
    """A square window around each of K vertices, on each of B films.

    Attributes:
        matrix: [B, K, 2, 2], from the film to the window, about its centre: identity for a window that is cut as it is.
        centre: [B, K, 2], the middle of the window in index coordinates of the film.
        control: [B, K, 2, G, G], displacements in pixels of the control points of a B-spline over the window.
        side: P, in pixels.
    """

    matrix: torch.Tensor
    centre: torch.Tensor
    control: torch.Tensor
    side: int

    @classmethod
    def around(cls, vertices: torch.Tensor, side: int) -> Windows:
        """Those around vertices [B, K, 2], cut as they are."""
        count = vertices.shape[:2]
        matrix = torch.eye(2, device=vertices.device).expand(*count, 2, 2)
        return cls(matrix, vertices, vertices.new_zeros(*count, 2, 4, 4), side)

    @in_float32
    def cut(self, film: torch.Tensor) -> torch.Tensor:
        """Resample the windows [B, K, P, P] from films [B, 1, X, Y] in one step; what lies outside of a film is 0."""
        batch, landmarks = self.centre.shape[:2]
        axis = torch.arange(self.side, dtype=torch.float32, device=film.device)
        window = torch.stack(torch.meshgrid(axis, axis, indexing="ij"), dim=-1).flatten(0, 1)
        source = undo_affine(window.expand(batch, landmarks, -1, -1), self.matrix, self.centre, self._shift)
        if self.control.any():
            weights = b_spline_weights(to_normalized(axis, self.side), self.control.shape[-1])
            source = source + (weights @ self.control @ weights.T).flatten(3).mT
        size = film.shape[-2:]
        grid = to_grid(to_normalized(source, size), size).flatten(1, 2)
        cut = functional.grid_sample(film, grid[:, None], padding_mode="zeros", align_corners=True)
        return cut.reshape(batch, landmarks, self.side, self.side)

    def to_windows(self, points: torch.Tensor) -> torch.Tensor:
        """Take points of the film into their windows, in index coordinates; NaN stays NaN.

        Args:
            points: [B, K, 2], one for each window, or [B, K, N, 2].
        """
        if points.ndim == self.centre.ndim:
            return self.to_windows(points[:, :, None])[:, :, 0]
        return move_points(points, self.matrix, self.centre, self._shift, self.control, self.side)

    def to_film(self, points: torch.Tensor) -> torch.Tensor:
        """Take a point of each window, [B, K, 2] in index coordinates, to the film: the inverse of `to_windows`."""
        points = points[:, :, None]
        source = undo_affine(points, self.matrix, self.centre, self._shift)
        return (source + displacement(points, self.control, self.side))[:, :, 0]

    @property
    def _shift(self) -> torch.Tensor:
        return (self.side - 1) / 2 - self.centre


@dataclass(frozen=True)
class RandWindows:
    """Draws windows for training: each is shifted, turned, scaled, stretched and bent by itself, and exposed anew.

    All is drawn from torch's generator. A window is resampled from the film once, whatever is done to it: deforming the
    whole film for it would take longer than the network (benchmarks/window_speed.py).

    Attributes:
        jitter: standard deviation, along each axis, of the shift from the vertex, in longer sides of the film: about
            the error of the vertices that windows are cut around.
        rotate: largest rotation in degrees.
        scale: smallest and largest scale.
        anisotropy: largest ratio of the scales along two perpendicular axes.
        elastic: largest displacement of a control point, in longer sides of the film.
        intensity_prob: probability of each of gamma, contrast and brightness.
        gamma: smallest and largest exponent.
        contrast: largest relative change about the window's mean.
        brightness: largest shift.
    """

    jitter: float
    rotate: float
    scale: tuple[float, float]
    anisotropy: float
    elastic: float
    intensity_prob: float
    gamma: tuple[float, float]
    contrast: float
    brightness: float

    @in_float32
    def around(self, vertices: torch.Tensor, film_side: int, side: int) -> Windows:
        """Draw windows of `side` pixels around vertices [B, K, 2], in index coordinates of a film.

        `film_side` is its longer side.
        """
        count = vertices.shape[:2]
        angle = _uniform(vertices, count, -math.radians(self.rotate), math.radians(self.rotate))
        zoom = _uniform(vertices, count, *map(math.log, self.scale)).exp()
        axis = _rotations(_uniform(vertices, count, 0, math.pi))
        stretch = (_uniform(vertices, count, -0.5, 0.5) * math.log(self.anisotropy)).exp()
        stretches = torch.diag_embed(torch.stack([stretch, 1 / stretch], dim=-1))
        matrix = zoom[..., None, None] * _rotations(angle) @ axis.mT @ stretches @ axis
        shift = torch.randn_like(vertices) * self.jitter * film_side
        most = self.elastic * film_side
        control = _uniform(vertices, (*count, 2, CONTROL_POINTS, CONTROL_POINTS), -most, most)
        return Windows(matrix, vertices + shift, control, side)

    def exposed(self, windows: torch.Tensor) -> torch.Tensor:
        """Change gamma, contrast and brightness of windows [B, K, P, P] in [0, 1], each with its probability."""
        count = (*windows.shape[:2], 1, 1)

        def drawn(low: float, high: float) -> torch.Tensor:
            chosen = torch.rand(count, device=windows.device) < self.intensity_prob
            return torch.where(chosen, _uniform(windows, count, low, high), 0.0)

        # a gradient of 0 ** gamma is not asked for: films take none
        exposed = windows.clamp(0, 1) ** drawn(*map(math.log, self.gamma)).exp()
        mean = exposed.mean(dim=(-2, -1), keepdim=True)
        exposed = mean + (exposed - mean) * (1 + drawn(-self.contrast, self.contrast))
        return (exposed + drawn(-self.brightness, self.brightness)).clamp(0, 1)


def _uniform(like: torch.Tensor, count: tuple[int, ...], low: float, high: float) -> torch.Tensor:
    return torch.empty(count, device=like.device).uniform_(low, high)


def _rotations(angle: torch.Tensor) -> torch.Tensor:
    """[..., 2, 2] of angles [...]."""
    cosine, sine = angle.cos(), angle.sin()
    return torch.stack([torch.stack([cosine, -sine], dim=-1), torch.stack([sine, cosine], dim=-1)], dim=-2)
