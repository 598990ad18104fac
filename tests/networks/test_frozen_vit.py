# SPDX-License-Identifier: Apache-2.0
"""Published weights of DINO and DINOv2 see here what they see there, at the places where it lies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import published_vit
from bundle.errors import CheckpointError
from bundle.networks.dino import read_dino
from bundle.networks.frozen_vit import FrozenViT, _on_cells

FORMS = {"DINO": {}, "DINOv2": {"layer_scale": True}, "registers": {"layer_scale": True, "registers": 4}}


def read(file: Path) -> FrozenViT:
    published = read_dino(file)
    network = FrozenViT(**published.settings)
    network.load_state_dict(published.state)
    return network


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[object], Path]:
    def save(content: object) -> Path:
        torch.save(content, tmp_path / "vit.pth")
        return tmp_path / "vit.pth"

    return save


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_it_sees_of_a_film_what_the_published_network_sees_of_its_picture(saved: Callable, form: dict):
    state = published_vit.random_weights(**form)
    network = read(saved(state))
    film = torch.rand(2, 1, 20, 20)
    for image, seen in zip(film, network.patch_features(film), strict=True):
        there = published_vit.features(state, image.mT.expand(3, -1, -1))
        torch.testing.assert_close(seen, there.mT, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (published_vit.DINO_S8, (8, 28, 0)),
        (published_vit.DINO_S16, (16, 14, 0)),
        (published_vit.DINOV2_S14, (14, 37, 0)),
        (published_vit.DINOV2_S14_REGISTERS, (14, 37, 4)),
    ],
    ids=["dino_vits8", "dino_vits16", "dinov2_vits14", "dinov2_vits14_reg"],
)
def test_the_form_of_the_published_files_is_known(saved: Callable, form: dict, expected: tuple[int, ...]):
    one = torch.zeros(())  # so that a file of 21 million weights is small
    state = {name: one.expand(shape) for name, shape in published_vit.shapes(**form).items()}
    found = read_dino(saved(state)).settings
    assert tuple(found[name] for name in ("patch", "grid", "registers")) == expected
    assert (found["width"], found["depth"]) == (384, 12) and len(found["sha256"]) == 64
    with torch.device("meta"):
        network = FrozenViT(**found)
    network.load_state_dict(read_dino(saved(state)).state, assign=True)


@settings(deadline=None, max_examples=50)
@given(patches=st.tuples(st.integers(2, 9), st.integers(2, 9)), cells=st.tuples(st.integers(1, 20), st.integers(1, 20)))
def test_a_feature_is_read_where_its_patch_lies(patches: tuple[int, int], cells: tuple[int, int]):
    size = (4 * cells[0], 4 * cells[1])
    centres = [(torch.arange(count) + 0.5) * side / count - 0.5 for count, side in zip(patches, size, strict=True)]
    read = _on_cells(torch.stack(torch.meshgrid(*centres, indexing="ij"))[None], size)[0]
    pixels = torch.stack(torch.meshgrid(*(torch.arange(0.0, side, 4) for side in size), indexing="ij"))
    for axis in range(2):  # cells between the centre of a patch and the border are given what the patch is given
        expected = pixels[axis].clamp(float(centres[axis][0]), float(centres[axis][-1]))
        torch.testing.assert_close(read[axis], expected, atol=1e-3, rtol=0)


def test_a_film_that_is_not_square_has_the_positions_of_its_shape(saved: Callable):
    state = published_vit.random_weights(grid=6)
    network = read(saved(state))
    assert network.patch_features(torch.rand(1, 1, 64, 32)).shape == (1, 128, 6, 3)
    features = network(torch.rand(1, 1, 64, 32))
    assert features.shape == (1, 128, 16, 8) and features.isfinite().all()
    ramp = torch.linspace(-1, 1, 6)[:, None].expand(6, 6)
    network.position.copy_(ramp.expand(1, 128, 6, 6))
    torch.testing.assert_close(network._positions([6, 3]).mean(dim=-1)[0, 0], ramp[:, 0], atol=1e-5, rtol=0)


def test_it_does_not_learn(saved: Callable):
    network = read(saved(published_vit.random_weights()))
    network.train()
    assert not network.training and not any(module.training for module in network.modules())
    assert not any(parameter.requires_grad for parameter in network.parameters())
    image = torch.rand(1, 1, 32, 32, requires_grad=True)
    assert not network(image).requires_grad


def without(name: str) -> dict[str, torch.Tensor]:
    state = published_vit.random_weights(layer_scale=True)
    del state[name]
    return state


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([1, 2], "holds no tensors by their names"),
        ({"epoch": 3}, "holds no tensors by their names"),
        ({"conv1.weight": torch.rand(4, 3, 3, 3)}, r"patch_embed\.proj\.weight is missing"),
        (without("cls_token"), "cls_token is missing"),
        (without("blocks.1.attn.qkv.bias"), r"blocks\.1\.attn\.qkv\.bias is missing"),
        (without("blocks.1.ls2.gamma"), r"blocks\.1\.ls2\.gamma is missing"),
        (
            published_vit.random_weights() | {"pos_embed": torch.rand(1, 25, 128)},
            "pos_embed is 1 x 25 x 128 and has to be 1 x 17 x 128",
        ),
        (published_vit.random_weights(width=100), "weight is 100 x 3 x 4 x 4 and has to be 64 x 3 x 4 x 4"),
        (published_vit.random_weights() | {"blocks.0.attn.q_norm": torch.rand(64)}, "q_norm has no place in it"),
    ],
)
def test_other_files_are_refused_by_the_first_tensor_that_is_not_as_it_has_to_be(
    saved: Callable, content: object, words: str
):
    with pytest.raises(CheckpointError, match=rf"vit\.pth.*{words}.*--features"):
        read_dino(saved(content))


def test_a_file_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(CheckpointError, match=r"none\.pth: there is no such file of weights; correct --features"):
        read_dino(tmp_path / "none.pth")
