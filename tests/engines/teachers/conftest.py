# SPDX-License-Identifier: Apache-2.0
"""A student small enough to be looked through."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

from bundle.loading.unlabelled_batch import FilmView, UnlabelledBatch
from bundle.networks import LandmarkOutput
from bundle.transforms.deformation import Deformation


class Student(nn.Module):
    """Two landmarks from the mean of a normalised convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.register_buffer("mean_shape", torch.rand(2, 2))

    def forward_training(self, image: torch.Tensor) -> LandmarkOutput:
        features = self.norm(self.conv(image))
        vertices = self.mean_shape + features.square().mean((2, 3)).reshape(-1, 2, 2)
        return LandmarkOutput(vertices, vertices, features)


@pytest.fixture
def student() -> Student:
    torch.manual_seed(0)
    return Student()


@pytest.fixture
def image() -> torch.Tensor:
    return torch.rand(3, 1, 8, 8, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def unlabelled() -> Callable[..., UnlabelledBatch]:
    """Make a batch of views `unlabelled(view)` and their films; of films by index, or of 0, 1, ….

    Their deformation is a shift by so many of 32 pixels along both axes.
    """

    def make(view: torch.Tensor, *films: int, shift: float = 0.0, film: torch.Tensor | None = None) -> UnlabelledBatch:
        count = len(view)
        deformation = Deformation(
            torch.eye(2).expand(count, -1, -1),
            torch.zeros(count, 2),
            torch.full((count, 2), shift),
            torch.zeros(count, 2, 5, 5),
            torch.full((count,), 33.0),
        )
        index = torch.tensor(films or range(count))
        return UnlabelledBatch(view if film is None else film, index, (FilmView(view, deformation),), {})

    return make


@pytest.fixture
def batch(unlabelled: Callable[..., UnlabelledBatch]) -> UnlabelledBatch:
    """Two films, and views that are said to be shifted by a quarter."""
    film, view = torch.rand(2, 2, 1, 32, 32)
    return unlabelled(view, shift=8.0, film=film)
