# SPDX-License-Identifier: Apache-2.0
"""Landmarks by the likeness of what the film itself shows to what it shows at those of the labelled films."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from monai.networks.nets import BasicUNet
from torch import nn
from torch.nn import functional

from bundle.coordinates import from_normalized, to_normalized
from bundle.move_points import in_float32
from bundle.networks.bilinear_sample import bilinear_sample
from bundle.networks.landmark_network import LandmarkNetwork
from bundle.networks.template_matching import likeness_at, pixels_around, place_of_best

STRIDE = 2  # pixels from one cell of the features to the next
ANYWHERE = 0.3  # reach from the mean shape, where nothing else is known


class WindowMatchingOutput(NamedTuple):
    """What is found.

    Attributes:
        vertices: [B, K, 2], the prediction in [0, 1] of the film.
    """

    vertices: torch.Tensor


class WindowMatching(LandmarkNetwork):
    """A U-Net of windows of the film, and its features at each landmark of the labelled films.

    It is `TemplateMatching` for the film as it is given, where a millimetre is pixels and not a part of one. The
    features are convolutions of a window's size, so that what has learned from windows is applied to whole films. They
    are taken from the film and from reduced copies of it: fine ones place a landmark, coarse ones know where they are.

    Args:
        num_landmarks: number K of landmarks.
        widths: channels of the U-Net at strides 2, 4, 8 and 16.
        channels: number D of features of a place.
        reductions: times that the film is larger than the copies that are looked at.
    """

    stride = STRIDE
    templates: torch.Tensor

    def __init__(
        self,
        num_landmarks: int,
        widths: Sequence[int] = (24, 48, 72, 96),
        channels: int = 64,
        reductions: Sequence[int] = (1, 2),
    ) -> None:
        super().__init__(num_landmarks, widths=list(widths), channels=channels, reductions=list(reductions))
        self.reductions = tuple(reductions)
        first = widths[0]
        self.encoder = nn.Sequential(
            nn.Conv2d(1, first, 3, STRIDE, 1, bias=False),
            nn.BatchNorm2d(first),
            nn.ReLU(),
            BasicUNet(
                2,
                first,
                channels,
                (first, *widths, first),
                ("relu", {"inplace": True}),
                "batch",
                upsample="nontrainable",
            ),
        )
        self.register_buffer("templates", torch.zeros(len(self.reductions), num_landmarks, channels))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Locate the landmarks.

        Args:
            image: film [B, 1, X, Y] in [0, 1].

        Returns:
            [B, K, 2] float32, (x, y) in [0, 1] of the film, on its pixels; NaN for a landmark that is not learned.
        """
        return self.answered(self.forward_training(image).vertices)

    def forward_training(self, image: torch.Tensor) -> WindowMatchingOutput:
        """Locate the landmarks, near the mean shape."""
        start = self.start_shape.expand(len(image), -1, -1)
        return WindowMatchingOutput(self.match_near(image, start, ANYWHERE))

    def features(self, image: torch.Tensor) -> torch.Tensor:
        """Features of films or windows [B, 1, X, Y] in [0, 1]: float32 [B, D, X / 2, Y / 2]."""
        return self.encoder((2 * image - 1).contiguous(memory_format=torch.channels_last)).float()

    @torch.no_grad()
    def learn_templates(self, films: Iterable[Mapping[str, Any]]) -> None:
        """Take the mean features at each landmark of labelled films as its templates; saved with the weights.

        Args:
            films: `image` [C, X, Y] in [0, 1] and `label` [K, 2] in pixels of that image, NaN where missing.
        """
        self.eval()
        found = torch.zeros_like(self.templates)
        for film in films:
            image, label = film["image"][None].to(found.device), film["label"][None].to(found.device)
            known = label.isfinite().all(dim=-1, keepdim=True)
            for template, times in zip(found, self.reductions, strict=True):
                copy = reduced(image, times)
                places = to_normalized(into_reduced(label.nan_to_num(), times), copy.shape[-2:])
                seen = bilinear_sample(self.features(copy), places, copy.shape[-2:], STRIDE)
                template += (functional.normalize(seen, dim=-1) * known)[0]
        self.templates.copy_(functional.normalize(found, dim=-1))

    def match_near(self, image: torch.Tensor, vertices: torch.Tensor, reach: float) -> torch.Tensor:
        """Locate the landmarks near places that they are thought to be at.

        What counts is the mean likeness over the reductions, -1 to 1, less the square of the distance as a multiple of
        the reach. What lies farther along an axis is not looked at.

        Args:
            image: as `forward`.
            vertices: [B, K, 2], (x, y) in [0, 1] of the film.
            reach: in longer sides of the film.

        Returns:
            As `forward`; the vertex itself for a landmark without template.
        """
        films = zip(image.split(1), vertices.float(), strict=True)
        return torch.stack([self._match_near(film, guess, reach) for film, guess in films])

    def _match_near(self, film: torch.Tensor, guess: torch.Tensor, reach: float) -> torch.Tensor:
        size = film.shape[-2:]
        middle, far = from_normalized(guess, size), from_normalized(reach, size)
        last = guess.new_tensor(size) - 1
        pixels = pixels_around(middle, math.ceil(far), last)
        likeness = torch.stack(
            [self._likeness(film, pixels, *looked) for looked in zip(self.templates, self.reductions, strict=True)]
        ).mean(dim=0)
        distance = ((pixels - middle[:, None, None]) / far).square().sum(dim=-1)
        found = place_of_best(likeness - distance, pixels)
        known = self.templates.any(dim=-1).any(dim=0)
        return torch.where(known[:, None], to_normalized(found, size), guess)

    def _likeness(self, film: torch.Tensor, pixels: torch.Tensor, template: torch.Tensor, times: int) -> torch.Tensor:
        """Cosine [K, W, W] to each template at pixels [K, W, W, 2] of the film."""
        features = functional.normalize(self.features(reduced(film, times)), dim=1)[0]
        return _cosine_at(features, template, into_reduced(pixels, times))


@in_float32
def _cosine_at(features: torch.Tensor, template: torch.Tensor, pixels: torch.Tensor) -> torch.Tensor:
    """Cosine [K, W, W] of features [D, X', Y'] at pixels [K, W, W, 2] to templates [K, D]."""
    return likeness_at(torch.einsum("kd,dxy->kxy", template, features)[:, None], pixels / STRIDE)


def reduced(image: torch.Tensor, times: int) -> torch.Tensor:
    """A copy of images [B, 1, X, Y] whose sides are so many times shorter."""
    return functional.avg_pool2d(image, times)


def into_reduced(points: torch.Tensor, times: int) -> torch.Tensor:
    """Points in index coordinates of a film, in those of its copy: pixel i is the mean of r pixels from r i on."""
    return (points - (times - 1) / 2) / times
