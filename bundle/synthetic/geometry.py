# SPDX-License-Identifier: Apache-2.0
"""Cone-beam geometry: a point source, a flat detector and the pixel at which a 3-D point appears.

Patient coordinates are DICOM's, in millimetres: x to the patient's left, y to the back, z to the head.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


@dataclass(frozen=True)
class ConeBeam:
    """An X-ray source and a flat detector.

    Attributes:
        source: Focal spot, mm `[3]`.
        centre: Centre of the detector, mm `[3]`.
        x_axis: Unit vector of growing image x on the detector `[3]`.
        y_axis: Unit vector of growing image y on the detector `[3]`, perpendicular to `x_axis`.
        pixel: Side of a detector pixel, mm.
        columns: Number of pixels along x.
        rows: Number of pixels along y.
    """

    source: Array
    centre: Array
    x_axis: Array
    y_axis: Array
    pixel: float
    columns: int
    rows: int

    @property
    def axis(self) -> Array:
        """Unit vector from the source's side perpendicular to the detector `[3]`."""
        normal = np.cross(self.x_axis, self.y_axis)
        return normal * self.handedness

    @property
    def handedness(self) -> float:
        """+1 where image x, image y and the beam's direction form a right-handed frame, else -1."""
        return float(np.sign(np.cross(self.x_axis, self.y_axis) @ (self.centre - self.source)))

    @property
    def source_to_detector(self) -> float:
        """Perpendicular distance from the source to the detector's plane, mm."""
        return float((self.centre - self.source) @ self.axis)

    def project(self, points: Array) -> tuple[Array, Array]:
        """Project 3-D points onto the detector.

        Args:
            points: `[N, 3]` mm, between the source and the detector.

        Returns:
            Image coordinates (x, y) `[N, 2]` in pixels with pixel centres at integers, and the depth `[N]` of each
            point: its distance from the source along `axis`, mm.
        """
        relative = points - self.source
        depth = relative @ self.axis
        foot = (self.source - self.centre) @ np.stack([self.x_axis, self.y_axis], axis=1)
        offset = relative @ np.stack([self.x_axis, self.y_axis], axis=1)
        on_detector = foot + offset * (self.source_to_detector / depth)[:, None]
        middle = np.array([self.columns - 1, self.rows - 1]) / 2
        return on_detector / self.pixel + middle, depth

    @cached_property
    def obliquity(self) -> Array:
        """Length of each pixel's ray per unit of depth `[rows, columns]`, at least 1."""
        foot_x, foot_y = (self.source - self.centre) @ np.stack([self.x_axis, self.y_axis], axis=1)
        x = (np.arange(self.columns) - (self.columns - 1) / 2) * self.pixel - foot_x
        y = (np.arange(self.rows) - (self.rows - 1) / 2) * self.pixel - foot_y
        tangent_squared = (x[None, :] ** 2 + y[:, None] ** 2) / self.source_to_detector**2
        return np.sqrt(1 + tangent_squared)


def rotation(axis: str, degrees: float) -> Array:
    """Rotation matrix `[3, 3]` about the "x", "y" or "z" axis by the right-hand rule; used as `points @ matrix.T`."""
    angle = np.deg2rad(degrees)
    cosine, sine = np.cos(angle), np.sin(angle)
    first, second = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix = np.eye(3)
    matrix[[first, second], [first, second]] = cosine
    matrix[first, second], matrix[second, first] = -sine, sine
    return matrix
