# SPDX-License-Identifier: Apache-2.0
"""Pseudo labels of the films that stage 1 is sure of."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import pytest
import torch

from bundle.engines.teachers import ConfidentPseudoLabel
from bundle.errors import ConfigurationError
from bundle.loading.unlabelled_batch import UnlabelledBatch
from bundle.networks import DeepAdaptiveGraph, PartGraph

SIZE = (64, 128)
FILMS = 8


@pytest.fixture
def graph() -> PartGraph:
    """One that is random, but in its place, so that it is surer of some films than of others."""
    torch.manual_seed(0)
    graph = PartGraph(3, [[0], [1], [2]], "hrnet_small")
    graph.set_landmarks(torch.tensor([[0.2, 0.2], [0.2, 0.5], [0.2, 0.8]]), list("ABC"))
    torch.nn.init.normal_(graph.head[-1].weight)
    return graph.eval()


def films() -> torch.Tensor:
    return torch.rand(FILMS, 1, *SIZE, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def asked(graph: PartGraph, unlabelled: Callable[..., UnlabelledBatch]) -> Callable[..., torch.Tensor]:
    """Ask about films; their views show something else, and are said to be shifted by a quarter."""

    def asked(teacher: ConfidentPseudoLabel, chosen: slice = slice(None)) -> torch.Tensor:
        film = films()[chosen]
        batch = unlabelled(torch.zeros_like(film), *range(FILMS)[chosen], shift=8.0, film=film)
        with torch.no_grad():
            return teacher.pseudo_ground_truth(graph, batch).vertices

    return asked


@pytest.mark.parametrize("share, teaching", [(1.0, 8), (0.5, 4), (0.25, 2)])
def test_the_most_likely_share_of_films_teaches_and_as_a_whole(
    graph: PartGraph, asked: Callable[..., torch.Tensor], share: float, teaching: int
):
    known = asked(ConfidentPseudoLabel(graph, FILMS, share)).isfinite()
    with torch.no_grad():
        likelihood = graph.forward_training(films()).log_likelihood
    sure = torch.zeros(FILMS, dtype=torch.bool)
    sure[likelihood.topk(teaching).indices] = True
    assert torch.equal(known.all(dim=(1, 2)), sure) and torch.equal(known.any(dim=2).any(dim=1), sure)


def test_what_it_says_of_a_film_is_what_stage_1_said(graph: PartGraph, asked: Callable[..., torch.Tensor]):
    teacher = ConfidentPseudoLabel(graph, FILMS, 1.0)
    with torch.no_grad():
        expected = graph.forward_training(films()).vertices + 0.25
        for weights in graph.parameters():
            weights.zero_()
    looks: list[torch.Tensor] = []
    teacher.stage1.backbone.register_forward_pre_hook(lambda _, images: looks.extend(images))
    for _ in range(2):
        torch.testing.assert_close(asked(teacher), expected)
    assert len(looks) == 1


def test_films_met_before_set_the_threshold_also_after_a_resume(graph: PartGraph, asked: Callable[..., torch.Tensor]):
    uncut = ConfidentPseudoLabel(graph, FILMS, 0.5)
    asked(uncut, slice(0, 4))
    uncut.log_likelihood[:4] += 100  # far surer than those to come
    resumed = ConfidentPseudoLabel(graph, FILMS, 0.5)
    resumed.load_state_dict(deepcopy(uncut.state_dict()))
    for teacher in (uncut, resumed):
        assert not asked(teacher, slice(4, 8)).isfinite().any()
    assert asked(ConfidentPseudoLabel(graph, FILMS, 0.5), slice(4, 8)).isfinite().any()


def test_another_network_and_a_share_of_nothing_are_told(graph: PartGraph):
    with pytest.raises(ConfigurationError, match="the network is a DeepAdaptiveGraph"):
        ConfidentPseudoLabel(DeepAdaptiveGraph(3, "hrnet_small"), FILMS, 0.5)
    with pytest.raises(ConfigurationError, match="confident_share is 0"):
        ConfidentPseudoLabel(graph, FILMS, 0)
