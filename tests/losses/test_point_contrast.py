# SPDX-License-Identifier: Apache-2.0
"""A point is to be found again."""

from __future__ import annotations

import pytest
import torch

from bundle.losses import PointContrastLoss

STRIDE, CELLS = 4, 8
SIDE = STRIDE * CELLS


def unlike() -> torch.Tensor:
    """A feature map [1, D, X', Y'] whose places have nothing in common."""
    return torch.eye(CELLS * CELLS).reshape(1, -1, CELLS, CELLS)


def at_cells(*cells: tuple[float, float]) -> torch.Tensor:
    """Points [1, N, 2] in [0, 1] of the image that lie on cells of the map."""
    return torch.tensor(cells).float()[None] * STRIDE / (SIDE - 1)


def test_the_same_map_is_found_and_a_shifted_one_is_not():
    points, loss = at_cells((2, 3), (5, 4)), PointContrastLoss(temperature=0.05)
    same = loss(unlike(), unlike(), points, points)
    shifted = loss(unlike(), unlike().roll(3, dims=2), points, points)
    assert same["found"] == 1 and same["loss"] < 1e-3
    assert shifted["found"] == 0 and shifted["loss"] > 5


def test_a_moved_point_is_found_where_it_went():
    terms = PointContrastLoss(0.05)(unlike(), unlike().roll(3, dims=2), at_cells((2, 3)), at_cells((5, 3)))
    assert terms["found"] == 1


def test_it_is_the_cross_entropy_of_the_cosine_similarities():
    torch.manual_seed(0)
    first, second = torch.rand(2, 5, CELLS, CELLS), torch.rand(2, 5, CELLS, CELLS)
    where = [(1, 6), (4, 2)]
    terms = PointContrastLoss(0.2, radius=1.5)(first, second, *[at_cells(*where).expand(2, -1, -1)] * 2)
    losses = []
    for film in range(2):
        for x, y in where:
            similar = torch.cosine_similarity(first[film, :, x, y, None, None], second[film], dim=0) / 0.2
            grid = torch.cartesian_prod(torch.arange(CELLS), torch.arange(CELLS)).reshape(CELLS, CELLS, 2)
            far = (grid - torch.tensor([x, y])).float().norm(dim=-1) >= 1.5
            losses.append(torch.logsumexp(torch.cat([similar[far], similar[x, y, None]]), 0) - similar[x, y])
    torch.testing.assert_close(terms["loss"], torch.stack(losses).mean())


@pytest.mark.parametrize("outside", [-0.01, 1.01])
def test_points_outside_of_a_view_count_for_nothing(outside: float):
    inside, out = at_cells((2, 3)), torch.tensor([[[outside, 0.5]]])
    loss = PointContrastLoss(0.05)
    both = loss(unlike(), unlike(), torch.cat([inside, out], 1), torch.cat([inside, inside], 1))
    torch.testing.assert_close(both, loss(unlike(), unlike(), inside, inside))
    assert loss(unlike(), unlike(), out, inside)["loss"] == 0


def test_points_beside_a_rectangle_count_for_nothing():
    narrow = unlike()[:, :, : CELLS // 2]
    loss, inside, last = PointContrastLoss(0.05), at_cells((2, 3)), (SIDE / 2 - 1) / (SIDE - 1)
    for x, counts in ((last - 0.01, True), (last + 0.01, False)):
        beside = torch.tensor([[[x, 0.5]]])
        assert bool(loss(narrow, narrow, beside, inside)["loss"]) == counts
