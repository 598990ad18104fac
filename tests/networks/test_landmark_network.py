# SPDX-License-Identifier: Apache-2.0
"""A landmark that no training film has: the others are located as ever, and it has no place."""

from __future__ import annotations

import pytest
import torch

from bundle.networks import DeepAdaptiveGraph, LandmarkNetwork, SpatialConfigurationNet, TemplateMatching

NAMES = ["a", "b", "c", "d"]
SHAPE = torch.tensor([[0.2, 0.2], [0.8, 0.2], [0.5, 0.8], [torch.nan, torch.nan]])


def networks() -> list[LandmarkNetwork]:
    torch.manual_seed(0)
    return [
        DeepAdaptiveGraph(4, "hrnet_small", hidden_features=16),
        SpatialConfigurationNet(4, channels=4, spatial_channels=4, spatial_kernel=3, spatial_downsampling=8),
        TemplateMatching(4, "hrnet_small"),
    ]


@pytest.mark.parametrize("network", networks(), ids=lambda network: type(network).__name__)
def test_only_the_answer_has_no_place_for_it(network: LandmarkNetwork):
    network.set_landmarks(SHAPE, NAMES)
    image = torch.rand(2, 1, 64, 64)
    with torch.no_grad():
        assert torch.allclose(network.eval()(image)[:, :3], SHAPE[:3].expand(2, -1, -1), atol=1e-6)
        trained = network.train().forward_training(image).vertices
        answer = network.eval()(image)
    assert trained.isfinite().all()  # training masks by the truth, and a broken network must show
    assert answer.isfinite().all(dim=(0, 2)).tolist() == [True, True, True, False]
    assert network.learned.tolist() == [True, True, True, False]


def test_its_vertex_starts_amid_the_others_and_it_survives_the_weights(tmp_path):
    network, *_ = networks()
    network.set_landmarks(SHAPE, NAMES)
    assert torch.allclose(network.start_shape[3], torch.tensor([0.5, 0.4]))
    assert torch.equal(network.start_shape[:3], SHAPE[:3])
    torch.save(network.state_dict(), tmp_path / "weights.pt")
    again = networks()[0]
    again.load_state_dict(torch.load(tmp_path / "weights.pt", weights_only=True))
    assert again.learned.tolist() == network.learned.tolist()
    again.set_landmarks(SHAPE.nan_to_num(0.5), NAMES)
    assert torch.equal(again.start_shape, again.mean_shape) and again.learned.all()


def test_template_matching_near_a_guess_that_is_none_gives_none():
    *_, matching = networks()
    matching.set_landmarks(SHAPE, NAMES)
    film = {"image": torch.rand(1, 64, 64), "label": SHAPE * 63}
    matching.learn_templates([film])
    near = matching.match_near(film["image"][None], SHAPE[None], 0.1)
    assert near.isfinite().all(dim=(0, 2)).tolist() == [True, True, True, False]


def test_a_shape_without_any_landmark_is_refused():
    with pytest.raises(ValueError, match="every landmark is missing"):
        networks()[0].set_landmarks(torch.full((4, 2), torch.nan), NAMES)
