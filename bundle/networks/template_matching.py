# SPDX-License-Identifier: Apache-2.0
"""Landmarks by the likeness of features to those at the landmarks of the labelled films."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

import torch
from torch.nn import functional

from bundle.coordinates import from_normalized, indices_to_grid, to_normalized, to_resized
from bundle.networks.dino import read_dino
from bundle.networks.frozen_vit import FrozenViT
from bundle.networks.hrnet import STRIDE
from bundle.networks.hrnet import backbone as build_backbone
from bundle.networks.landmark_features import landmark_templates
from bundle.networks.landmark_network import LandmarkNetwork


class MatchingOutput(NamedTuple):
    """What is found, and what it was found in.

    Attributes:
        vertices: [B, K, 2], the prediction in [0, 1] of the image.
        feature_map: [B, D, X / 4, Y / 4].
    """

    vertices: torch.Tensor
    feature_map: torch.Tensor


class TemplateMatching(LandmarkNetwork):
    """A backbone and the feature of each landmark: its place is where the feature map is most like it.

    So does CC2D (Yao et al., MICCAI 2021, arXiv 2103.04527) label films from one. It needs no training on landmarks,
    so it does not learn the shape of the few labelled films by heart, but a backbone that tells places of a film apart:
    that of the warm-up. A frozen Vision Transformer may stand beside it, which knows places by what it has learned from
    other images; the likeness is then the mean of both.

    A landmark without template, as all have at first, is answered by its place in the mean shape.

    Args:
        num_landmarks: number K of landmarks.
        backbone: "hrnet_w18" or "hrnet_small".
        features: settings of the `FrozenViT`; None for the backbone alone.

    Attributes:
        scale: times that images are enlarged before their features are taken, see `at_scale`.
    """

    stride = STRIDE
    templates: torch.Tensor

    def __init__(
        self, num_landmarks: int, backbone: str = "hrnet_w18", features: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(num_landmarks, backbone=backbone, features=features)
        self.scale = 1
        self.backbone = build_backbone(backbone)
        self.frozen = None if features is None else FrozenViT(**features)
        channels = sum(part.feature_channels for part in (self.backbone, self.frozen) if part is not None)
        self.register_buffer("templates", torch.zeros(num_landmarks, channels))

    @classmethod
    def with_features(cls, num_landmarks: int, backbone: str, features: str | Path | None) -> TemplateMatching:
        """Build one that has the features of a file beside those of its backbone, and saves them with its weights.

        Args:
            num_landmarks: number K of landmarks.
            backbone: its name.
            features: file of weights of DINO or DINOv2; None for the backbone alone.

        Raises:
            CheckpointError: the file is missing or unreadable, or holds another network.
        """
        if features is None:
            return cls(num_landmarks, backbone)
        settings, state = read_dino(features)
        network = cls(num_landmarks, backbone, settings)
        cast(FrozenViT, network.frozen).load_state_dict(state)
        return network

    def at_scale(self, scale: int) -> TemplateMatching:
        """Return one with this very backbone that looks at enlarged images: other features, in cells so much finer.

        It has templates of its own to learn. A frozen transformer sees the film at one size, whatever the scale.
        """
        other = copy.deepcopy(self, {id(part): part for part in (self.backbone, self.frozen)})
        other.scale = scale
        other.templates.zero_()
        return other

    @torch.no_grad()
    def learn_templates(self, films: Iterable[Mapping[str, Any]]) -> None:
        """Take the mean feature at each landmark of labelled films as its template; saved with the weights.

        Args:
            films: `image` [C, X, Y] in [0, 1] and `label` [K, 2] in pixels of that image, NaN where missing.
        """
        self.eval()
        self.templates.copy_(landmark_templates(self, map(self._prepared, films)))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Locate the landmarks.

        Args:
            image: [B, C, X, Y] in [0, 1]; X and Y multiples of 32.

        Returns:
            [B, K, 2] float32, (x, y) in [0, 1] of the image, on its pixels; NaN for a landmark that is not learned.
        """
        return self.answered(self.forward_training(image).vertices)

    def forward_training(self, image: torch.Tensor) -> MatchingOutput:
        """Locate the landmarks and return the feature map, of the enlarged image, as well."""
        enlarged = self._enlarged(image)
        features = self.features(enlarged)
        found = _place_of_maximum(self._likeness(features), enlarged)
        found = to_resized(found, enlarged.shape[-2:], image.shape[-2:])
        return MatchingOutput(torch.where(self._known, found, self.start_shape), features)

    def match_near(self, image: torch.Tensor, vertices: torch.Tensor, reach: float) -> torch.Tensor:
        """Locate the landmarks near places that they are thought to be at.

        What counts is the likeness, -1 to 1, less the square of the distance as a multiple of the reach; so what lies
        farther than the root of two of them cannot win, and is not looked at. Films are looked at one by one: an
        enlarged film takes much memory.

        Args:
            image: as `forward`.
            vertices: [B, K, 2], (x, y) in [0, 1] of the image.
            reach: in longer sides of the image.

        Returns:
            As `forward`; the vertex itself for a landmark without template.
        """
        films = zip(image.split(1), vertices.float().split(1), strict=True)
        return torch.cat([self._match_near(film, guess, reach) for film, guess in films])

    def _match_near(self, image: torch.Tensor, guess: torch.Tensor, reach: float) -> torch.Tensor:
        enlarged = self._enlarged(image)
        cosine = self._cosine(self.features(enlarged))[0, :, None]  # [K, 1, X', Y']
        size = enlarged.shape[-2:]
        last_cell = STRIDE * (guess.new_tensor(cosine.shape[-2:]) - 1)
        half = math.ceil(from_normalized(math.sqrt(2) * reach, max(size)))
        pixels = pixels_around(from_normalized(to_resized(guess[0], image.shape[-2:], size), size), half, last_cell)
        likeness = likeness_at(cosine, pixels / STRIDE)
        places = to_resized(to_normalized(pixels, size), size, image.shape[-2:])
        distance = ((places - guess[0, :, None, None]) / reach).square().sum(dim=-1)
        return torch.where(self._known, place_of_best(likeness - distance, places), guess[0])[None]

    @property
    def _known(self) -> torch.Tensor:
        """[K, 1], whether a landmark has a template."""
        return self.templates.any(dim=-1, keepdim=True)

    def _likeness(self, features: torch.Tensor) -> torch.Tensor:
        """Cosine of a feature map [B, D, X', Y'] to each template, on the pixels of the image: [B, K, X, Y]."""
        cosine = self._cosine(features)
        # the map's first and last cell are STRIDE * (cells - 1) pixels apart
        pixels = [STRIDE * (size - 1) + 1 for size in cosine.shape[-2:]]
        return functional.interpolate(cosine, pixels, mode="bicubic", align_corners=True)

    def _cosine(self, features: torch.Tensor) -> torch.Tensor:
        return torch.einsum("kd,bdxy->bkxy", self.templates, features)

    def features(self, image: torch.Tensor) -> torch.Tensor:
        """Unit vectors that are compared with the templates, [B, D, X / 4, Y / 4]; nothing is enlarged."""
        learned = functional.normalize(self.backbone(image).float(), dim=1)
        if self.frozen is None:
            return learned
        return torch.cat([learned, functional.normalize(self.frozen(image), dim=1)], dim=1) / math.sqrt(2)

    def _enlarged(self, image: torch.Tensor) -> torch.Tensor:
        """The image [B, C, X, Y] with its corner pixels in the corners of one `scale` times as large."""
        sides = [self.scale * side for side in image.shape[-2:]]
        return functional.interpolate(image, sides, mode="bilinear", align_corners=True)

    def _prepared(self, film: Mapping[str, Any]) -> dict[str, Any]:
        """The film, enlarged, with its `label` in [0, 1] of it."""
        size, enlarged = film["image"].shape[-2:], self._enlarged(film["image"][None])[0]
        label = to_resized(to_normalized(film["label"], size), size, enlarged.shape[-2:])
        return {**film, "image": enlarged, "label": label}


def _place_of_maximum(likeness: torch.Tensor, image: torch.Tensor) -> torch.Tensor:
    """Where each map [B, K, X, Y] on the pixels of the image is largest, [B, K, 2] in [0, 1] of the image."""
    best = likeness.flatten(2).argmax(dim=-1)
    places = torch.stack([best // likeness.shape[-1], best % likeness.shape[-1]], dim=-1)
    return to_normalized(places.float(), image.shape[-2:])


def pixels_around(points: torch.Tensor, half: int, last: torch.Tensor) -> torch.Tensor:
    """The pixels around points [K, 2] (in pixels), clamped to 0 and `last` [2]: [K, 2 half + 1, 2 half + 1, 2]."""
    offsets = torch.arange(-half, half + 1, device=points.device)
    x, y = (points.round()[..., None] + offsets).clamp(last.new_zeros(2, 1), last[:, None]).unbind(dim=1)
    return torch.stack(torch.broadcast_tensors(x[:, :, None], y[:, None, :]), dim=-1)


def likeness_at(cosine: torch.Tensor, cells: torch.Tensor) -> torch.Tensor:
    """Maps [K, 1, X', Y'] between their cells, at [K, W, W, 2] in index coordinates of them: [K, W, W]."""
    grid = indices_to_grid(cells, cosine.shape[-2:])
    return functional.grid_sample(cosine, grid, mode="bicubic", padding_mode="border", align_corners=True)[:, 0]


def place_of_best(scores: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """Of places [K, W, W, 2] those with the highest scores [K, W, W]: [K, 2]."""
    best = scores.flatten(1).argmax(dim=-1)
    return places.flatten(1, 2)[torch.arange(len(best), device=best.device), best]
