# SPDX-License-Identifier: Apache-2.0
"""The loss of an unlabelled film."""

from __future__ import annotations

import pytest
import torch

from bundle.losses import ConsistencyLoss, DeepAdaptiveGraphLoss
from bundle.networks import LandmarkOutput

STUDENT = LandmarkOutput(torch.full((2, 3, 2), 0.5), torch.full((2, 3, 2), 0.4), torch.zeros(2, 4, 2, 2))


def test_terms_are_weighted_and_named():
    pseudo, feature_map = (
        torch.full((2, 3, 2), 0.2),
        torch.randn(2, 4, 2, 2, generator=torch.Generator().manual_seed(0)),
    )
    terms = ConsistencyLoss(DeepAdaptiveGraphLoss(margin=0.1, w1=2.0), w2=3.0)(STUDENT, pseudo, feature_map)
    assert set(terms) == {"loss", "pseudo_global_loss", "pseudo_local_loss", "js_loss"}
    assert terms["pseudo_global_loss"].item() == pytest.approx(0.2)
    assert terms["pseudo_local_loss"].item() == pytest.approx(0.2)
    assert terms["js_loss"] > 0
    assert terms["loss"].item() == pytest.approx(0.2 + 2 * 0.2 + 3 * terms["js_loss"].item(), rel=1e-5)


def test_without_w2_feature_maps_are_left_alone():
    terms = ConsistencyLoss(DeepAdaptiveGraphLoss(), w2=0.0)(STUDENT, torch.full((2, 3, 2), 0.2), None)
    assert set(terms) == {"loss", "pseudo_global_loss", "pseudo_local_loss"}


def test_film_without_pseudo_ground_truth_counts_nothing():
    pseudo = torch.full((2, 3, 2), 0.2)
    pseudo[1] = torch.nan
    student = LandmarkOutput(*(tensor.clone().requires_grad_() for tensor in STUDENT))
    ConsistencyLoss(DeepAdaptiveGraphLoss(), w2=0.0)(student, pseudo, None)["loss"].backward()
    for vertices in (student.global_vertices, student.local_vertices):
        assert (vertices.grad[0] != 0).all() and (vertices.grad[1] == 0).all()


def test_w2_needs_a_feature_map():
    with pytest.raises(ValueError, match="w2 must be 0"):
        ConsistencyLoss(DeepAdaptiveGraphLoss(), w2=1.0)(STUDENT, torch.zeros(2, 3, 2), None)
