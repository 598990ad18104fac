# SPDX-License-Identifier: Apache-2.0
"""High-resolution network (Wang et al., TPAMI 2020, arXiv 1908.07919): the backbone of DAG.

Parameter names are those of the public HRNet image-classification checkpoints, so that their files load by path
(see `bundle.networks.pretrained`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

import torch
from monai.utils import convert_to_tensor
from torch import nn
from torch.nn import functional

from bundle.errors import ConfigurationError

EXPANSION = 4  # of the bottleneck block, as in ResNet
STRIDE = 4  # of the highest-resolution branch with respect to the input image


def _convolution(in_channels: int, out_channels: int, kernel: int, stride: int = 1, relu: bool = True) -> nn.Sequential:
    layers: list[nn.Module] = [
        nn.Conv2d(in_channels, out_channels, kernel, stride, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(out_channels),
    ]
    return nn.Sequential(*layers, nn.ReLU(inplace=True)) if relu else nn.Sequential(*layers)


class BasicBlock(nn.Module):
    """Two 3 x 3 convolutions with a residual connection; shape [B, C, X, Y] is kept."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the block's features, shape of `x`."""
        y = functional.relu(self.bn1(self.conv1(x)), inplace=True)
        return functional.relu(self.bn2(self.conv2(y)) + x, inplace=True)


class Bottleneck(nn.Module):
    """1 x 1, 3 x 3, 1 x 1 convolutions with a residual connection: [B, in, X, Y] -> [B, 4 * channels, X, Y]."""

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        out_channels = channels * EXPANSION
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, out_channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out_channels)
        same = in_channels == out_channels
        self.downsample = nn.Identity() if same else _convolution(in_channels, out_channels, 1, relu=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the block's features, [B, 4 * channels, X, Y]."""
        y = functional.relu(self.bn1(self.conv1(x)), inplace=True)
        y = functional.relu(self.bn2(self.conv2(y)), inplace=True)
        return functional.relu(self.bn3(self.conv3(y)) + self.downsample(x), inplace=True)


class HighResolutionModule(nn.Module):
    """Parallel branches of residual blocks, then an exchange of features between every pair of resolutions."""

    def __init__(self, channels: Sequence[int], blocks: int) -> None:
        super().__init__()
        self.branches = nn.ModuleList(nn.Sequential(*(BasicBlock(c) for _ in range(blocks))) for c in channels)
        self.fuse_layers = nn.ModuleList(
            nn.ModuleList(self._fuse_layer(channels, target, source) for source in range(len(channels)))
            for target in range(len(channels))
        )

    @staticmethod
    def _fuse_layer(channels: Sequence[int], target: int, source: int) -> nn.Module:
        if source == target:
            return nn.Identity()
        if source > target:
            return _convolution(channels[source], channels[target], 1, relu=False)
        steps = target - source
        halvings = [_convolution(channels[source], channels[source], 3, stride=2) for _ in range(steps - 1)]
        return nn.Sequential(*halvings, _convolution(channels[source], channels[target], 3, stride=2, relu=False))

    def forward(self, features: list[torch.Tensor]) -> list[torch.Tensor]:
        """Return one fused map per branch, shapes as given."""
        features = [branch(x) for branch, x in zip(self.branches, features, strict=True)]
        return [
            self._fuse(target, cast(nn.ModuleList, layers), features) for target, layers in enumerate(self.fuse_layers)
        ]

    @staticmethod
    def _fuse(target: int, layers: Iterable[nn.Module], features: list[torch.Tensor]) -> torch.Tensor:
        fused = features[target]
        for source, layer in enumerate(layers):
            if source < target:
                fused = fused + layer(features[source])
            elif source > target:
                scale = float(2 ** (source - target))
                fused = fused + functional.interpolate(layer(features[source]), scale_factor=scale, mode="nearest")
        return functional.relu(fused)


class HRNet(nn.Module):
    """HRNet whose branches are all fused at stride 4 by a 1 x 1 convolution.

    The 1 x 1 convolution over the concatenated, upsampled branches is computed branch by branch before upsampling:
    both are linear, so the result is the same and cheaper.

    Args:
        in_channels: channels of the image (1 for a radiograph).
        feature_channels: channels D of the returned feature map.
        width: channels of the highest-resolution branch; branch i has `width * 2**i`.
        modules: number of high-resolution modules in stages 2, 3 and 4.
        blocks: residual blocks per branch and module.
        stem_channels: channels of the two strided convolutions and of stage 1.
        bottlenecks: blocks of stage 1.
    """

    def __init__(
        self,
        in_channels: int = 1,
        feature_channels: int = 64,
        width: int = 18,
        modules: Sequence[int] = (1, 4, 3),
        blocks: int = 4,
        stem_channels: int = 64,
        bottlenecks: int = 4,
    ) -> None:
        super().__init__()
        self.feature_channels = feature_channels
        self.conv1 = nn.Conv2d(in_channels, stem_channels, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(stem_channels)
        self.conv2 = nn.Conv2d(stem_channels, stem_channels, 3, stride=2, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(stem_channels)
        expanded = stem_channels * EXPANSION
        first = Bottleneck(stem_channels, stem_channels)
        self.layer1 = nn.Sequential(first, *(Bottleneck(expanded, stem_channels) for _ in range(bottlenecks - 1)))
        channels = [width * 2**branch for branch in range(4)]
        self.transition1 = nn.ModuleList(
            [_convolution(expanded, channels[0], 3), nn.Sequential(_convolution(expanded, channels[1], 3, stride=2))]
        )
        self.stage2 = nn.Sequential(*(HighResolutionModule(channels[:2], blocks) for _ in range(modules[0])))
        self.transition2 = self._new_branch(channels, 2)
        self.stage3 = nn.Sequential(*(HighResolutionModule(channels[:3], blocks) for _ in range(modules[1])))
        self.transition3 = self._new_branch(channels, 3)
        self.stage4 = nn.Sequential(*(HighResolutionModule(channels[:4], blocks) for _ in range(modules[2])))
        self.fusion = nn.ModuleList(nn.Conv2d(c, feature_channels, 1, bias=c == channels[0]) for c in channels)

    @staticmethod
    def _new_branch(channels: Sequence[int], branch: int) -> nn.ModuleList:
        unchanged = [nn.Identity() for _ in range(branch)]
        halving = nn.Sequential(_convolution(channels[branch - 1], channels[branch], 3, stride=2))
        return nn.ModuleList([*unchanged, halving])

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Compute the feature map of a batch of images.

        Args:
            image: [B, in_channels, X, Y] in [0, 1]; X and Y multiples of 32.

        Returns:
            [B, D, X / 4, Y / 4].

        Raises:
            ValueError: X or Y is not a multiple of 32.
        """
        if image.shape[-1] % 32 or image.shape[-2] % 32:
            raise ValueError(f"HRNet needs image sides that are multiples of 32, got {tuple(image.shape[-2:])}")
        x = convert_to_tensor(image, track_meta=False)  # a MetaTensor makes each step a third longer
        x = functional.relu(self.bn1(self.conv1(x)), inplace=True)
        x = functional.relu(self.bn2(self.conv2(x)), inplace=True)
        x = self.layer1(x)
        features = self.stage2([transition(x) for transition in self.transition1])
        features = self.stage3([*features, self.transition2[-1](features[-1])])
        features = self.stage4([*features, self.transition3[-1](features[-1])])
        fused = self.fusion[0](features[0])
        for convolution, feature in zip(self.fusion[1:], features[1:], strict=True):
            size = fused.shape[-2:]
            fused = fused + functional.interpolate(convolution(feature), size, mode="bilinear", align_corners=False)
        return fused


def hrnet_w18(in_channels: int = 1, feature_channels: int = 64) -> HRNet:
    """HRNet-W18, the paper's backbone (9.6 M parameters)."""
    return HRNet(in_channels, feature_channels)


def hrnet_small(in_channels: int = 1, feature_channels: int = 64) -> HRNet:
    """A small HRNet for two CPU cores: one module a stage, two blocks a branch (1.5 M parameters)."""
    return HRNet(in_channels, feature_channels, width=16, modules=(1, 1, 1), blocks=2, stem_channels=32, bottlenecks=1)


BACKBONES = {"hrnet_w18": hrnet_w18, "hrnet_small": hrnet_small}


def backbone(name: str, in_channels: int = 1, feature_channels: int = 64) -> HRNet:
    """Build a backbone by the name that configs carry.

    Args:
        name: "hrnet_w18" or "hrnet_small".
        in_channels: channels of the image.
        feature_channels: channels D of the feature map.

    Raises:
        ConfigurationError: there is no backbone of that name.
    """
    if name not in BACKBONES:
        raise ConfigurationError(f"backbone: there is no {name!r}; choose one of {', '.join(BACKBONES)}")
    return BACKBONES[name](in_channels, feature_channels)
