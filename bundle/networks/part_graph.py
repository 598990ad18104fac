# SPDX-License-Identifier: Apache-2.0
"""A graph of repeated parts, such as vertebrae: root, centres of the parts in a chain, landmarks of each part."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional

from bundle.coordinates import to_normalized
from bundle.errors import ConfigurationError
from bundle.networks.hrnet import STRIDE
from bundle.networks.hrnet import backbone as build_backbone
from bundle.networks.landmark_network import VertexNetwork
from bundle.networks.local_contrast import local_contrast
from bundle.networks.part_chain import most_likely_chain

RARE = -4.0  # logit of a centre in an untrained network: few cells hold one


class MeanParts(NamedTuple):
    """The mean shape, part by part, in [0, 1] of the image.

    Attributes:
        centres: [P, 2].
        corners: [P, C, 2], landmarks of a part from its centre.
        step: mean distance between the centres of neighbours.
    """

    centres: torch.Tensor
    corners: torch.Tensor
    step: torch.Tensor

    @classmethod
    def of(cls, shape: torch.Tensor, parts: torch.Tensor) -> MeanParts:
        """Those of a shape [K, 2], whose parts have landmarks [P, C]."""
        corners = shape[parts]
        centres = corners.mean(dim=1)
        return cls(centres, corners - centres[:, None], centres.diff(dim=0).norm(dim=-1).mean())


@dataclass(frozen=True)
class PartOutput:
    """What training reads of a forward pass.

    Attributes:
        centres: [B, X / 4, Y / 4], logits of whether a part has its centre in a cell.
        corners: [B, C, 2, X / 4, Y / 4], where its landmarks lie from the cell, beyond where the mean part has them, in
            mean steps.
        cells: [X / 4, Y / 4, 2], where the cells lie in [0, 1] of the image.
        mean: the mean shape.
        parts: [P, C], landmarks of each part.
        feature_map: [B, D, X / 4, Y / 4].
        find_chain: finds the cells [B, P, 2] of the parts, given the output.
    """

    centres: torch.Tensor
    corners: torch.Tensor
    cells: torch.Tensor
    mean: MeanParts
    parts: torch.Tensor
    feature_map: torch.Tensor
    find_chain: Callable[[PartOutput], torch.Tensor]

    @cached_property
    def chain(self) -> tuple[torch.Tensor, ...]:
        """Film, x and y, [B, P] each, of the cells of the most likely chain; the loss has no need of it."""
        cells = self.find_chain(self)
        films = torch.arange(len(cells), device=cells.device)[:, None].expand(cells.shape[:2])
        return films, *cells.unbind(-1)

    @cached_property
    def vertices(self) -> torch.Tensor:
        """[B, K, 2], the landmarks of the chain in [0, 1] of the image."""
        residual = self.corners.permute(0, 3, 4, 1, 2)[self.chain]
        places = self.cells[self.chain[1:]][:, :, None] + self.mean.corners + self.mean.step * residual
        vertices = places.new_empty(len(places), self.parts.numel(), 2)
        vertices[:, self.parts.flatten()] = places.flatten(1, 2)
        return vertices

    @cached_property
    def log_likelihood(self) -> torch.Tensor:
        """[B], the mean over the chain of how likely its cells hold a centre: how sure the network is of a film."""
        return functional.logsigmoid(self.centres)[self.chain].mean(dim=1)


class PartGraph(VertexNetwork):
    """Finds like parts by what they look like, and tells them apart by their order.

    Every cell of the feature map says whether a part has its centre there, and where its landmarks lie: the same
    weights for all parts, so that each labelled film has P examples. Which part is which is one decision on the whole
    chain: of all chains of P cells it takes the most likely one, whose steps are about those of the mean shape and
    which lies about where the mean shape does. An untrained network finds nothing anywhere and answers with the mean
    shape, rounded to the cells of its feature map.

    Args:
        num_landmarks: number K of vertices.
        parts: landmarks of each part, from one end of the chain to the other: P lists of C indices.
        backbone: "hrnet_w18" or "hrnet_small".
        length_deviation: standard deviation of a step's length, in lengths of the mean step.
        turn_deviation: standard deviation across a step, in lengths of it; about an angle in radians.
        place_deviation: standard deviation of the place of the chain, in sides of the image.
        contrast_box: side of the box that the contrast of a pixel is told from, in longer sides of the image (see
            `local_contrast`); 0 leaves the image as it is.

    Raises:
        ConfigurationError: the parts are no chain of alike ones, or leave out a landmark.
    """

    stride = STRIDE
    has_feature_map = True
    _parts: torch.Tensor

    def __init__(
        self,
        num_landmarks: int,
        parts: Sequence[Sequence[int]],
        backbone: str = "hrnet_w18",
        length_deviation: float = 0.2,
        turn_deviation: float = 0.4,
        place_deviation: float = 0.02,
        contrast_box: float = 0.0,
    ) -> None:
        parts = [list(part) for part in parts]
        super().__init__(
            num_landmarks,
            parts=parts,
            backbone=backbone,
            length_deviation=length_deviation,
            turn_deviation=turn_deviation,
            place_deviation=place_deviation,
            contrast_box=contrast_box,
        )
        if sorted(itertools.chain(*parts)) != list(range(num_landmarks)):
            raise ConfigurationError(
                f"parts: have {sum(map(len, parts))} landmarks of {num_landmarks}; declare every landmark in one part"
            )
        self.length_deviation = length_deviation
        self.turn_deviation = turn_deviation
        self.place_deviation = place_deviation
        self.contrast_box = contrast_box
        self.register_buffer("_parts", torch.tensor(parts), persistent=False)
        self.backbone = build_backbone(backbone)
        features = self.backbone.feature_channels
        self.corners_of_part = len(parts[0])
        last = nn.Conv2d(features, 1 + 2 * self.corners_of_part, 1)
        self.head = nn.Sequential(nn.Conv2d(features, features, 3, padding=1), nn.ReLU(), last)
        nn.init.zeros_(last.weight)
        with torch.no_grad():
            last.bias.zero_()[0] = RARE  # type: ignore[union-attr]

    @property
    def parts(self) -> list[list[int]]:
        """Landmarks of each part, from one end of the chain to the other."""
        found: list[list[int]] = self._parts.tolist()
        return found

    @property
    def kinds(self) -> list[int]:
        """What kind each landmark is of: its place in its part."""
        place = {landmark: place for part in self.parts for place, landmark in enumerate(part)}
        return [place[landmark] for landmark in range(self.num_landmarks)]

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Locate the landmarks.

        Args:
            image: [B, C, X, Y] in [0, 1]; X and Y multiples of 32.

        Returns:
            [B, K, 2] float32, (x, y) in [0, 1] of the image, NaN for a landmark that is not learned.
        """
        return self.answered(self.forward_training(image).vertices)

    def features(self, image: torch.Tensor) -> torch.Tensor:
        """The feature map that the parts are read from, [B, D, X / 4, Y / 4]."""
        if self.contrast_box:
            image = local_contrast(image, self.contrast_box)
        return self.backbone(image).float()

    def forward_training(self, image: torch.Tensor) -> PartOutput:
        """Locate the landmarks and return everything the losses read."""
        features = self.features(image)
        found = self.head(features).float()
        centres, corners = found[:, 0], found[:, 1:].unflatten(1, (self.corners_of_part, 2))
        mean = MeanParts.of(self.start_shape, self._parts)
        return PartOutput(centres, corners, self._cells(features, image), mean, self._parts, features, self._chain)

    def _cells(self, features: torch.Tensor, image: torch.Tensor) -> torch.Tensor:
        along = [torch.arange(side, dtype=torch.float32, device=image.device) for side in features.shape[-2:]]
        places = torch.stack(torch.meshgrid(*along, indexing="ij"), dim=-1) * STRIDE + (STRIDE - 1) / 2
        return to_normalized(places, image.shape[-2:])

    @torch.no_grad()
    def _chain(self, output: PartOutput) -> torch.Tensor:
        """[B, P, 2]: cells of the parts. The place weighs as that of one thing, however many parts it has."""
        cells, mean = output.cells, output.mean
        away = (cells - mean.centres[:, None, None]).square().sum(dim=-1)
        place = -away / (2 * self.place_deviation**2 * len(mean.centres))
        score = functional.logsigmoid(output.centres)[:, None] + place
        cell = cells[1, 0, 0] - cells[0, 0, 0]
        found = cells + mean.step * output.corners.mean(dim=1).movedim(1, -1)
        steps = mean.centres.diff(dim=0) / cell
        return most_likely_chain(score, found / cell, steps, self.length_deviation, self.turn_deviation)
