# SPDX-License-Identifier: Apache-2.0
"""Random weights in the form in which DINO and DINOv2 publish theirs, and what their networks make of an image."""

from __future__ import annotations

import torch
from torch.nn import functional

State = dict[str, torch.Tensor]
DINO_S8 = {"patch": 8, "grid": 28, "width": 384, "depth": 12}
DINO_S16 = {"patch": 16, "grid": 14, "width": 384, "depth": 12}
DINOV2_S14 = {"patch": 14, "grid": 37, "width": 384, "depth": 12, "layer_scale": True}
DINOV2_S14_REGISTERS = {**DINOV2_S14, "registers": 4}


def shapes(
    patch: int, grid: int, width: int, depth: int, registers: int = 0, layer_scale: bool = False
) -> dict[str, tuple[int, ...]]:
    """The names and shapes of `dino_deitsmall8_pretrain.pth`, `dinov2_vits14_pretrain.pth` and the like."""
    blocks = {
        "norm1.weight": (width,),
        "norm1.bias": (width,),
        "attn.qkv.weight": (3 * width, width),
        "attn.qkv.bias": (3 * width,),
        "attn.proj.weight": (width, width),
        "attn.proj.bias": (width,),
        **({"ls1.gamma": (width,)} if layer_scale else {}),
        "norm2.weight": (width,),
        "norm2.bias": (width,),
        "mlp.fc1.weight": (4 * width, width),
        "mlp.fc1.bias": (4 * width,),
        "mlp.fc2.weight": (width, 4 * width),
        "mlp.fc2.bias": (width,),
        **({"ls2.gamma": (width,)} if layer_scale else {}),
    }
    return {
        "cls_token": (1, 1, width),
        "pos_embed": (1, 1 + grid**2, width),
        **({"register_tokens": (1, registers, width)} if registers else {}),
        **({"mask_token": (1, width)} if layer_scale else {}),
        "patch_embed.proj.weight": (width, 3, patch, patch),
        "patch_embed.proj.bias": (width,),
        **{f"blocks.{block}.{name}": shape for block in range(depth) for name, shape in blocks.items()},
        "norm.weight": (width,),
        "norm.bias": (width,),
    }


def random_weights(seed: int = 0, **form: int) -> State:
    """A small network, of width 128, that looks far and near."""
    generator = torch.Generator().manual_seed(seed)
    small = {"patch": 4, "grid": 5, "width": 128, "depth": 2, **form}
    return {name: torch.randn(shape, generator=generator) * 0.3 for name, shape in shapes(**small).items()}


def features(state: State, image: torch.Tensor) -> torch.Tensor:
    """What a network of DINO or DINOv2 says of the patches of an image [3, Y, X] at the size that it learned at.

    Returns:
        [D, Y / patch, X / patch].
    """
    mean, std = (torch.tensor(row)[:, None, None] for row in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    kernel = state["patch_embed.proj.weight"]
    seen = functional.conv2d(((image - mean) / std)[None], kernel, state["patch_embed.proj.bias"], kernel.shape[-1])
    x = torch.cat([state["cls_token"], seen.flatten(2).transpose(1, 2)], dim=1) + state["pos_embed"]
    registers = state.get("register_tokens", x[:, :0])
    x = torch.cat([x[:, :1], registers, x[:, 1:]], dim=1)
    for block in range(sum(name.endswith("norm1.weight") for name in state)):
        x = _block(x, {name: state[f"blocks.{block}.{name}"] for name in _names(state, block)})
    patches = _norm(x, state, "norm")[0, 1 + registers.shape[1] :]
    return patches.T.unflatten(1, seen.shape[-2:])


def _names(state: State, block: int) -> list[str]:
    start = f"blocks.{block}."
    return [name.removeprefix(start) for name in state if name.startswith(start)]


def _block(x: torch.Tensor, parts: State) -> torch.Tensor:
    heads = x.shape[-1] // 64
    seen = _linear(_norm(x, parts, "norm1"), parts, "attn.qkv")
    query, key, value = (part.unflatten(2, (heads, 64)).transpose(1, 2) for part in seen.chunk(3, dim=-1))
    attention = (query @ key.transpose(2, 3) / 8).softmax(dim=-1)
    x = x + parts.get("ls1.gamma", 1) * _linear((attention @ value).transpose(1, 2).flatten(2), parts, "attn.proj")
    hidden = functional.gelu(_linear(_norm(x, parts, "norm2"), parts, "mlp.fc1"))
    return x + parts.get("ls2.gamma", 1) * _linear(hidden, parts, "mlp.fc2")


def _linear(x: torch.Tensor, state: State, name: str) -> torch.Tensor:
    return functional.linear(x, state[f"{name}.weight"], state[f"{name}.bias"])


def _norm(x: torch.Tensor, state: State, name: str) -> torch.Tensor:
    return functional.layer_norm(x, x.shape[-1:], state[f"{name}.weight"], state[f"{name}.bias"], 1e-6)
