# SPDX-License-Identifier: Apache-2.0
"""SpatialConfiguration-Net (Payer et al., Medical Image Analysis 2019): heatmaps of local appearance times place."""

from __future__ import annotations

import math
from typing import NamedTuple, cast

import torch
from monai.utils import convert_to_tensor
from torch import nn
from torch.nn import functional

from bundle.networks.heatmap_peak import heatmap_peaks
from bundle.networks.landmark_network import LandmarkNetwork

SLOPE = 0.1  # of the leaky ReLU
HEAD_STD = 1e-3  # of the weights of the two layers that give heatmaps


class HeatmapOutput(NamedTuple):
    """What training reads of a forward pass.

    Attributes:
        heatmaps: [B, K, X, Y], at the resolution of the image.
        vertices: [B, K, 2], places of their maxima in [0, 1] of the image, without gradient.
    """

    heatmaps: torch.Tensor
    vertices: torch.Tensor


class LocalAppearance(nn.Module):
    """Heatmaps that are accurate but ambiguous, by a U-Net: [B, C, X, Y] -> [B, K, X, Y].

    At each level two convolutions on the way down, one on the way up; average pooling down, linear interpolation up,
    where the level's own features are added. Dropout follows the first convolution of each level.

    Args:
        num_landmarks: number K of heatmaps.
        in_channels: channels C of the image.
        channels: channels of every level.
        levels: number of resolutions.
        dropout: probability of a feature to be dropped.
    """

    def __init__(self, num_landmarks: int, in_channels: int, channels: int, levels: int, dropout: float) -> None:
        super().__init__()
        self.down = nn.ModuleList(
            nn.Sequential(
                *_convolution(in_channels if level == 0 else channels, channels, 3),
                nn.Dropout(dropout),
                *_convolution(channels, channels, 3),
            )
            for level in range(levels)
        )
        self.up = nn.ModuleList(nn.Sequential(*_convolution(channels, channels, 3)) for _ in range(levels))
        self.head = _head(channels, num_landmarks, 3)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return the local appearance heatmaps of an image."""
        features = [self.down[0](convert_to_tensor(image, track_meta=False))]  # as HRNet
        for level in self.down[1:]:
            features.append(level(functional.avg_pool2d(features[-1], 2)))
        merged = self.up[-1](features[-1])
        for level, own in zip(reversed(self.up[:-1]), reversed(features[:-1]), strict=True):
            merged = level(own + functional.interpolate(merged, own.shape[-2:], mode="bilinear"))
        return self.head(merged)


class SpatialConfiguration(nn.Module):
    """Heatmaps that are coarse but unambiguous, from where the landmarks lie to each other: [B, K, X, Y], in (-1, 1).

    Args:
        num_landmarks: number K of heatmaps.
        channels: channels of the three convolutions.
        kernel: side of their kernels, odd.
        downsampling: factor by which the heatmaps are averaged first.
    """

    def __init__(self, num_landmarks: int, channels: int, kernel: int, downsampling: int) -> None:
        super().__init__()
        self.downsampling = downsampling
        self.layers = nn.Sequential(
            *_convolution(num_landmarks, channels, kernel),
            *_convolution(channels, channels, kernel),
            *_convolution(channels, channels, kernel),
            _head(channels, num_landmarks, kernel),
        )

    def forward(self, local: torch.Tensor) -> torch.Tensor:
        """Return the spatial configuration heatmaps of local appearance heatmaps."""
        coarse = torch.tanh(self.layers(functional.avg_pool2d(local, self.downsampling)))
        return _upsample(coarse, local.shape[-2:])


class SpatialConfigurationNet(LandmarkNetwork):
    """Heatmaps h = h_LA * h_SC of local appearance and spatial configuration; a landmark lies at the maximum of its h.

    Until its first training pass it returns its mean shape: untrained heatmaps have their maxima anywhere.

    Args:
        num_landmarks: number K of heatmaps.
        in_channels: channels of the image.
        channels: channels of the local appearance component.
        levels: resolutions of the local appearance component.
        dropout: probability of a feature of the local appearance component to be dropped in training.
        spatial_channels: channels of the spatial configuration component.
        spatial_kernel: side of its kernels, odd.
        spatial_downsampling: the resolution it works at, as a divisor of the image's.
    """

    stride = 1
    trained: torch.Tensor

    def __init__(
        self,
        num_landmarks: int,
        in_channels: int = 1,
        channels: int = 128,
        levels: int = 4,
        dropout: float = 0.5,
        spatial_channels: int = 128,
        spatial_kernel: int = 11,
        spatial_downsampling: int = 16,
    ) -> None:
        super().__init__(
            num_landmarks,
            in_channels=in_channels,
            channels=channels,
            levels=levels,
            dropout=dropout,
            spatial_channels=spatial_channels,
            spatial_kernel=spatial_kernel,
            spatial_downsampling=spatial_downsampling,
        )
        self.local_appearance = LocalAppearance(num_landmarks, in_channels, channels, levels, dropout)
        self.spatial_configuration = SpatialConfiguration(
            num_landmarks, spatial_channels, spatial_kernel, spatial_downsampling
        )
        self.register_buffer("trained", torch.tensor(False))
        self._divisor = math.lcm(2 ** (levels - 1), spatial_downsampling)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Locate the landmarks.

        Args:
            image: [B, C, X, Y] in [0, 1]; X and Y multiples of 2^(levels - 1) and of `spatial_downsampling`.

        Returns:
            [B, K, 2] float32, (x, y) in [0, 1] of the image, NaN for a landmark that is not learned.

        Raises:
            ValueError: X or Y is no such multiple.
        """
        return self.answered(torch.where(self.trained, heatmap_peaks(self._heatmaps(image)), self.mean_shape))

    def features(self, image: torch.Tensor) -> torch.Tensor:
        """The local appearance heatmaps, [B, K, X, Y]."""
        return self.local_appearance(image).float()

    def forward_training(self, image: torch.Tensor) -> HeatmapOutput:
        """Locate the landmarks and return what the heatmap loss reads; from now on the network counts as trained."""
        self.trained.fill_(True)
        heatmaps = self._heatmaps(image)
        return HeatmapOutput(heatmaps, heatmap_peaks(heatmaps))

    def _heatmaps(self, image: torch.Tensor) -> torch.Tensor:
        if image.shape[-1] % self._divisor or image.shape[-2] % self._divisor:
            raise ValueError(
                f"SpatialConfigurationNet needs image sides that are multiples of {self._divisor}, "
                f"got {tuple(image.shape[-2:])}"
            )
        local = self.local_appearance(image)
        return local.float() * self.spatial_configuration(local)


def _upsample(coarse: torch.Tensor, size: torch.Size) -> torch.Tensor:
    """Bicubic interpolation [B, K, X', Y'] -> [B, K, X, Y] as two matrix products, a tenth of `interpolate`'s time."""
    along_x, along_y = (
        functional.interpolate(torch.eye(few, device=coarse.device)[None, None], (few, many), mode="bicubic")[0, 0]
        for few, many in zip(coarse.shape[-2:], size, strict=True)
    )
    with torch.autocast(coarse.device.type, enabled=False):  # places need float32
        return along_x.T @ coarse.float() @ along_y


def _convolution(in_channels: int, out_channels: int, kernel: int) -> list[nn.Module]:
    convolution = _zero_bias(in_channels, out_channels, kernel)
    nn.init.kaiming_normal_(convolution.weight, a=SLOPE)
    return [convolution, nn.LeakyReLU(SLOPE, inplace=True)]


def _head(in_channels: int, out_channels: int, kernel: int) -> nn.Conv2d:
    head = _zero_bias(in_channels, out_channels, kernel)
    nn.init.normal_(head.weight, std=HEAD_STD)
    return head


def _zero_bias(in_channels: int, out_channels: int, kernel: int) -> nn.Conv2d:
    convolution = nn.Conv2d(in_channels, out_channels, kernel, padding=kernel // 2)
    nn.init.zeros_(cast(torch.Tensor, convolution.bias))
    return convolution
