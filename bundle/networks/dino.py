# SPDX-License-Identifier: Apache-2.0
"""Weights of DINO (Caron et al., ICCV 2021, arXiv 2104.14294) and DINOv2 (Oquab et al., TMLR 2024, arXiv 2304.07193).

Both publish the state dict of a Vision Transformer, under the names that timm gave its parts.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, NamedTuple

import torch

from bundle.errors import CheckpointError
from bundle.files import sha256_of
from bundle.networks.frozen_vit import HEAD_FEATURES
from bundle.networks.published import read_published, require_tensors

MEAN = (0.485, 0.456, 0.406)  # of the colours of ImageNet, which was taken from every image
STD = (0.229, 0.224, 0.225)  # by which it was divided
NETWORK = "a Vision Transformer of DINO or DINOv2"
REMEDY = "give such a file, as dinov2_vits14_pretrain.pth, as --features"
PARTS = {
    "norm1.": "norm1.",
    "attn.qkv.": "self_attn.in_proj_",
    "attn.proj.": "self_attn.out_proj.",
    "norm2.": "norm2.",
    "mlp.fc1.": "linear1.",
    "mlp.fc2.": "linear2.",
}
"""Parts of a block as they are published, and as `torch.nn.TransformerEncoderLayer` calls them."""
SCALED_BY = {"attn.proj.": "ls1.gamma", "mlp.fc2.": "ls2.gamma"}
"""Parts whose output LayerScale multiplies (Touvron et al., ICCV 2021, arXiv 2103.17239), in DINOv2."""

State = dict[str, torch.Tensor]


class PublishedViT(NamedTuple):
    """What a file holds.

    Attributes:
        settings: of the `FrozenViT`.
        state: its state dict.
    """

    settings: dict[str, Any]
    state: State


def read_dino(file: str | Path) -> PublishedViT:
    """Read published weights into the form of a `FrozenViT`, which then sees films as the network saw its images.

    These were [C, Y, X], so what lies in the plane is transposed. They had three colours, less the mean of ImageNet and
    divided by its standard deviation: for a grey film that is a factor and a term of the patch embedding. LayerScale is
    a factor of the part before it, and the position of the class token a term of this token.

    Raises:
        CheckpointError: the file is missing or unreadable, or holds another network.
    """
    state = read_published(file, "features")
    form = _form(state)
    shapes = _shapes(state, form)
    require_tensors(file, state, shapes, NETWORK, REMEDY)
    if unknown := sorted(state.keys() - shapes.keys() - {"mask_token"}):
        raise CheckpointError(f"{file}: does not hold {NETWORK} ({unknown[0]} has no place in it); {REMEDY}")
    state = {name: tensor.float() for name, tensor in state.items()}
    return PublishedViT({**form, "sha256": sha256_of(file)}, {**_embeddings(state), **_blocks(state, form["depth"])})


def _form(state: State) -> dict[str, int]:
    """The settings that the tensors speak for; whether all of them have the shapes of this form is another question."""
    kernel = state.get("patch_embed.proj.weight", torch.empty(HEAD_FEATURES, 3, 1, 1))
    positions = state.get("pos_embed", torch.empty(1, 2, HEAD_FEATURES))
    return {
        "patch": kernel.shape[-1],
        "grid": math.isqrt(positions.shape[-2] - 1),
        "width": max(1, len(kernel) // HEAD_FEATURES) * HEAD_FEATURES,
        "depth": len({name.split(".")[1] for name in state if name.startswith("blocks.")}) or 1,
        "registers": state["register_tokens"].shape[-2] if "register_tokens" in state else 0,
    }


def _shapes(state: State, form: dict[str, int]) -> dict[str, tuple[int, ...]]:
    """Shapes of the tensors that are published of a network of this form."""
    patch, width = form["patch"], form["width"]
    outputs = {"attn.qkv.": 3 * width, "mlp.fc1.": 4 * width}
    inputs = {"attn.qkv.": width, "attn.proj.": width, "mlp.fc1.": width, "mlp.fc2.": 4 * width}
    shapes: dict[str, tuple[int, ...]] = {
        "patch_embed.proj.weight": (width, 3, patch, patch),
        "patch_embed.proj.bias": (width,),
        "cls_token": (1, 1, width),
        "pos_embed": (1, 1 + form["grid"] ** 2, width),
        "norm.weight": (width,),
        "norm.bias": (width,),
    }
    if form["registers"]:
        shapes["register_tokens"] = (1, form["registers"], width)
    for block in (f"blocks.{index}." for index in range(form["depth"])):
        for part in PARTS:
            out = outputs.get(part, width)
            shapes[f"{block}{part}weight"] = (out, inputs[part]) if part in inputs else (out,)
            shapes[f"{block}{part}bias"] = (out,)
        if "blocks.0.ls1.gamma" in state:
            shapes.update({f"{block}{gamma}": (width,) for gamma in SCALED_BY.values()})
    return shapes


def _embeddings(state: State) -> State:
    """What is before the blocks and behind them."""
    colours = state["patch_embed.proj.weight"] / torch.tensor(STD)[:, None, None]
    mean = torch.einsum("dcyx,c->d", colours, torch.tensor(MEAN))
    of_class, of_patches = state["pos_embed"].split([1, state["pos_embed"].shape[1] - 1], dim=1)
    grid = math.isqrt(of_patches.shape[1])
    tokens = [state["cls_token"] + of_class, *([state["register_tokens"]] if "register_tokens" in state else [])]
    return {
        "patch_embed.weight": colours.sum(dim=1, keepdim=True).mT,
        "patch_embed.bias": state["patch_embed.proj.bias"] - mean,
        "tokens": torch.cat(tokens, dim=1),
        "position": of_patches.mT.unflatten(2, (grid, grid)).mT,
        "norm.weight": state["norm.weight"],
        "norm.bias": state["norm.bias"],
    }


def _blocks(state: State, depth: int) -> State:
    blocks = {}
    for block in (f"blocks.{index}." for index in range(depth)):
        for part, here in PARTS.items():
            factor = state.get(block + SCALED_BY[part]) if part in SCALED_BY else None
            for kind in ("weight", "bias"):
                tensor = state[f"{block}{part}{kind}"]
                scaled = tensor if factor is None else torch.einsum("d,d...->d...", factor, tensor)
                blocks[f"{block}{here}{kind}"] = scaled
    return blocks
