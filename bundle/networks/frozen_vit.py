# SPDX-License-Identifier: Apache-2.0
"""Features of a Vision Transformer that has learned from many images, and does not learn any more."""

from __future__ import annotations

import torch
from monai.utils import convert_to_tensor
from torch import nn
from torch.nn import functional

from bundle.coordinates import indices_to_grid
from bundle.networks.hrnet import STRIDE

HEAD_FEATURES = 64  # of every Vision Transformer of DINO and DINOv2
EPSILON = 1e-6  # of their layer normalisation


class FrozenViT(nn.Module):
    """A Vision Transformer (Dosovitskiy et al., ICLR 2021, arXiv 2010.11929) of one channel, as a backbone.

    It looks at a film at the size that it learned at, whatever the size of the film; a film that is not square gets
    fewer patches along its shorter side. The weights are those of `bundle.networks.dino`. MONAI's own ViT has neither
    register tokens nor images of several shapes, so the blocks are PyTorch's.

    Args:
        patch: side P of a patch in pixels.
        grid: patches G along each side of the images that it learned from last.
        width: features D of a token, a multiple of 64.
        depth: number of blocks.
        registers: number R of register tokens (Darcet et al., ICLR 2024, arXiv 2309.16588).
        sha256: of the file that its weights are from, by which a card names it.

    Attributes:
        feature_channels: D.
    """

    def __init__(self, patch: int, grid: int, width: int, depth: int, registers: int, sha256: str) -> None:
        super().__init__()
        self.patch = patch
        self.grid = grid
        self.feature_channels = width
        self.sha256 = sha256
        self.patch_embed = nn.Conv2d(1, width, patch, patch)
        self.tokens = nn.Parameter(torch.zeros(1, 1 + registers, width))  # of the class, then the registers
        self.position = nn.Parameter(torch.zeros(1, width, grid, grid))
        self.blocks = nn.Sequential(
            *(
                nn.TransformerEncoderLayer(
                    *(width, width // HEAD_FEATURES, 4 * width),
                    dropout=0.0,
                    activation="gelu",
                    layer_norm_eps=EPSILON,
                    batch_first=True,
                    norm_first=True,
                )
                for _ in range(depth)
            )
        )
        self.norm = nn.LayerNorm(width, EPSILON)
        self.requires_grad_(False)
        self.eval()

    def train(self, mode: bool = True) -> FrozenViT:
        """Stay as it is: frozen."""
        return super().train(False)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Compute the feature map of a batch of films, on the cells that an `HRNet` has.

        Args:
            image: [B, 1, X, Y] in [0, 1]; X and Y multiples of 4.

        Returns:
            [B, D, X / 4, Y / 4]; cell i is at pixel 4 i.
        """
        image = convert_to_tensor(image, track_meta=False)
        return _on_cells(self.patch_features(image), (image.shape[-2], image.shape[-1]))

    @torch.no_grad()
    def patch_features(self, image: torch.Tensor) -> torch.Tensor:
        """Features of patches, side by side as they lie in the film: [B, D, up to G, up to G], the longer side G."""
        patches = [max(2, round(self.grid * side / max(image.shape[-2:]))) for side in image.shape[-2:]]
        image = functional.interpolate(image, [self.patch * n for n in patches], mode="bilinear", antialias=True)
        seen = self.patch_embed(image) + self._positions(patches)
        tokens = torch.cat([self.tokens.expand(len(seen), -1, -1), seen.flatten(2).mT], dim=1)
        tokens = self.norm(self.blocks(tokens))[:, self.tokens.shape[1] :]
        return tokens.mT.unflatten(2, patches).float()

    def _positions(self, patches: list[int]) -> torch.Tensor:
        """Embedding of the positions of so many patches along X and Y, [1, D, X', Y']."""
        if patches == [self.grid, self.grid]:
            return self.position
        return functional.interpolate(self.position, patches, mode="bicubic", antialias=True)


def _on_cells(features: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Features [B, D, X', Y'] of patches that cover a film of X x Y, at every fourth pixel: [B, D, X / 4, Y / 4]."""
    patches = features.shape[-2:]
    along = [
        (torch.arange(0, side, STRIDE, device=features.device) + 0.5) * count / side - 0.5
        for side, count in zip(size, patches, strict=True)
    ]
    places = torch.stack(torch.meshgrid(*along, indexing="ij"), dim=-1)
    grid = indices_to_grid(places, patches).expand(len(features), -1, -1, -1)
    return functional.grid_sample(features, grid, mode="bilinear", padding_mode="border", align_corners=True)
