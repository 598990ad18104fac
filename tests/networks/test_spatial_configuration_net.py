# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
import torch

from bundle.losses import HeatmapLoss
from bundle.networks import SpatialConfigurationNet
from bundle.networks.spatial_configuration_net import _upsample

SMALL = {"channels": 8, "levels": 3, "dropout": 0.0, "spatial_channels": 8, "spatial_kernel": 5}


def untrained(num_landmarks: int = 3, **settings: object) -> SpatialConfigurationNet:
    torch.manual_seed(0)
    network = SpatialConfigurationNet(num_landmarks, **{**SMALL, "spatial_downsampling": 4, **settings})
    network.set_landmarks(torch.rand(num_landmarks, 2), [f"point {k}" for k in range(num_landmarks)])
    return network.eval()


@pytest.mark.parametrize("num_landmarks", [1, 19])
def test_untrained_network_returns_exactly_its_mean_shape(num_landmarks: int):
    network = untrained(num_landmarks)
    vertices = network(torch.rand(2, 1, 32, 32))
    assert vertices.dtype == torch.float32
    assert torch.equal(vertices, network.mean_shape.expand(2, -1, -1))


def test_after_a_training_pass_the_maxima_are_the_answer_also_of_the_saved_weights():
    network, image = untrained(), torch.rand(2, 1, 32, 48)
    output = network.forward_training(image)
    assert output.heatmaps.shape == (2, 3, 32, 48)
    assert output.heatmaps.dtype == output.vertices.dtype == torch.float32
    assert ((output.vertices >= 0) & (output.vertices <= 1)).all()
    assert not output.vertices.requires_grad
    copy = untrained()
    copy.load_state_dict(network.state_dict())
    for trained in (network, copy):
        assert torch.equal(trained(image), output.vertices)


def test_heatmaps_are_the_product_of_the_components():
    network, image = untrained(), torch.rand(1, 1, 32, 32)
    local = network.local_appearance(image)
    spatial = network.spatial_configuration(local)
    assert local.shape == spatial.shape == (1, 3, 32, 32)
    assert torch.equal(network.forward_training(image).heatmaps, local * spatial)


def test_every_parameter_is_reached_by_the_gradient():
    network = untrained(channels=4).train()
    network.forward_training(torch.rand(2, 1, 32, 32)).heatmaps.sum().backward()
    unreached = [name for name, p in network.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert not unreached


def test_dropout_acts_in_training_alone():
    network, image = untrained(dropout=0.5), torch.rand(1, 1, 32, 32)
    assert torch.equal(network.forward_training(image).heatmaps, network.forward_training(image).heatmaps)
    network.train()
    assert not torch.equal(network.forward_training(image).heatmaps, network.forward_training(image).heatmaps)


def test_places_are_float32_where_convolutions_are_not():
    network, image = untrained(), torch.rand(1, 1, 32, 32)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        output = network.forward_training(image)
    assert output.heatmaps.dtype == output.vertices.dtype == torch.float32
    coarse = torch.rand(1, 3, 8, 8)
    expected = torch.nn.functional.interpolate(coarse, (32, 48), mode="bicubic")
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.allclose(_upsample(coarse, torch.Size((32, 48))), expected, atol=1e-5)


@pytest.mark.parametrize("size", [(32, 36), (36, 32), (20, 20)])
def test_image_side_that_does_not_divide_is_refused(size: tuple[int, int]):
    with pytest.raises(ValueError, match="multiples of 8"):
        untrained(spatial_downsampling=8)(torch.rand(1, 1, *size))


def test_few_steps_fit_a_tiny_problem():
    """Three spots of different size, in films of another order of places each."""
    torch.manual_seed(0)
    places = torch.tensor([[[8, 9], [23, 10], [15, 24]], [[22, 20], [9, 8], [25, 5]]])
    columns, rows = torch.arange(32)[:, None], torch.arange(32)[None, :]
    image = torch.zeros(2, 1, 32, 32)
    for film, points in enumerate(places.tolist()):
        for width, (x, y) in zip((1.0, 2.0, 3.5), points, strict=True):
            image[film, 0] += torch.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * width**2))
    network, loss = untrained().train(), HeatmapLoss(3, sigma=2.0)
    optimizer = torch.optim.Adam([*network.parameters(), *loss.parameters()], lr=3e-3)
    target = places / 31
    for _ in range(150):
        optimizer.zero_grad()
        loss(network.forward_training(image), target)["loss"].backward()
        optimizer.step()
    error = (network.eval()(image) - target).norm(dim=-1) * 31
    assert error.max().item() < 1
