# SPDX-License-Identifier: Apache-2.0
"""What can be seen of a prediction without knowing the truth."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from monai.networks.utils import eval_mode

from bundle.confidence.estimator import ConfidenceEstimator, read_estimator, save_estimator
from bundle.confidence.signals import measure_signals
from bundle.confidence.views import View
from bundle.errors import CheckpointError
from bundle.files import sha256_of
from bundle.networks import DeepAdaptiveGraph, LandmarkNetwork, WindowedGraph

SHAPE = torch.tensor([[0.3, 0.4], [0.7, 0.4], [0.5, 0.7]])
VIEWS = torch.tensor([[6.0, 1.0, 0.02, 0.0, 1.0], [-6.0, 1.0, -0.02, 0.0, 1.0]])
COARSE = {"backbone": "hrnet_small", "hidden_features": 8}


def landmarks(network: LandmarkNetwork, shape: torch.Tensor) -> LandmarkNetwork:
    network.set_landmarks(shape, ["a", "b", "c"])
    return network.eval()


@pytest.fixture
def windowed() -> LandmarkNetwork:
    torch.manual_seed(0)
    coarse = {"name": "DeepAdaptiveGraph", **COARSE}
    return landmarks(WindowedGraph(3, coarse, window=32, widths=(8, 16), window_features=8), SHAPE)


def templates(network: LandmarkNetwork, film: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.normalize(torch.rand(3, network.features(film).shape[1]), dim=-1)


@torch.no_grad()
def test_a_network_that_tells_its_spread_is_not_asked_in_views(
    windowed: LandmarkNetwork, monkeypatch: pytest.MonkeyPatch
):
    film = torch.rand(2, 1, 128, 128)
    with eval_mode(windowed):
        look = windowed.look(film)
        kinds = templates(windowed, film)
    monkeypatch.setattr(windowed, "forward_training", None)
    signals = measure_signals(windowed, film, look, VIEWS, kinds)
    assert look.spread is not None
    torch.testing.assert_close(signals.spread, look.spread)


@torch.no_grad()
def test_another_is_asked_in_views_where_an_untrained_one_says_the_same():
    network = landmarks(DeepAdaptiveGraph(3, **COARSE), SHAPE)
    film = torch.rand(2, 1, 64, 64)
    signals = measure_signals(network, film, network.look(film), VIEWS, templates(network, film))
    answers = torch.stack([SHAPE, *(View(numbers, (64, 64)).restore(SHAPE) for numbers in VIEWS)])
    spread = (answers - answers.mean(dim=0)).norm(dim=-1).mean(dim=0)
    torch.testing.assert_close(signals.spread, spread.expand(2, -1))


def test_windows_of_like_parts_do_not_tell_theirs():
    parts = [[0], [1], [2]]
    coarse = {"name": "PartGraph", "parts": parts, "backbone": "hrnet_small"}
    assert not WindowedGraph(3, coarse, window=32, widths=(8, 16), window_features=8).tells_spread


@torch.no_grad()
def test_a_landmark_that_is_not_learned_has_no_signal(windowed: LandmarkNetwork):
    unknown = SHAPE.clone()
    unknown[1] = torch.nan
    network, film = landmarks(windowed, unknown), torch.rand(1, 1, 128, 128)
    signals = measure_signals(network, film, network.look(film), VIEWS, templates(network, film))
    for signal in signals:
        assert signal.isnan()[0].tolist() == [False, True, False]


def test_windows_calibrated_by_views_are_refused(windowed: LandmarkNetwork, tmp_path: Path):
    weights = tmp_path / "model.pt"
    torch.save(windowed.state_dict(), weights)
    for views in (torch.empty(0), VIEWS):
        save_estimator(ConfidenceEstimator(windowed, views, torch.zeros(3, 1)), weights)
        if len(views):
            with pytest.raises(CheckpointError, match="by an earlier version"):
                read_estimator(weights, sha256_of(weights), windowed, torch.device("cpu"))
        else:
            assert read_estimator(weights, sha256_of(weights), windowed, torch.device("cpu"))
