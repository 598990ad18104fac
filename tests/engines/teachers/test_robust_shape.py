# SPDX-License-Identifier: Apache-2.0
"""Landmarks that do not fit the others of their film."""

from __future__ import annotations

import torch

from bundle.engines.teachers.robust_shape import RobustShape

LANDMARKS, NOISE = 10, 0.003


def shapes(films: int, seed: int = 0) -> torch.Tensor:
    """Shapes of three ways to differ, with a little noise of each landmark."""
    generator = torch.Generator().manual_seed(1)
    mean, ways = torch.rand(LANDMARKS, 2, generator=generator), torch.randn(3, LANDMARKS, 2, generator=generator)
    generator.manual_seed(seed)
    true = mean + 0.02 * torch.einsum("nq,qkd->nkd", torch.randn(films, 3, generator=generator), ways)
    return true + NOISE * torch.randn(true.shape, generator=generator)


def with_jumps(true: torch.Tensor) -> torch.Tensor:
    """One landmark of every other film jumps, each to a place of its own."""
    jumped, films = true.clone(), torch.arange(0, len(true), 2)
    jumped[films, films % LANDMARKS] += 0.15 * torch.sign(torch.sin(torch.arange(len(films)) + 1.0))[:, None]
    return jumped


def test_jumps_are_taken_back_and_what_fits_stays():
    true = shapes(60)
    jumped = with_jumps(true)
    settled = RobustShape.fit(jumped).settle(jumped)
    away = (jumped - true).norm(dim=-1) > 0.1
    assert away.sum() == 30
    assert (settled - true).norm(dim=-1)[away].max() < 0.02
    assert (settled - true).norm(dim=-1)[~away].mean() < NOISE


def test_a_film_that_it_was_not_fitted_to_is_settled_too():
    model = RobustShape.fit(with_jumps(shapes(60)))
    true = shapes(8, seed=5)
    assert (model.settle(with_jumps(true)) - true).norm(dim=-1).max() < 0.02


def test_films_are_settled_each_by_itself():
    jumped = with_jumps(shapes(40))
    model = RobustShape.fit(jumped)
    torch.testing.assert_close(model.settle(jumped)[3:5], model.settle(jumped[3:5]))


def test_films_that_are_all_alike_stay_as_they_are():
    alike = shapes(1).expand(15, -1, -1)
    torch.testing.assert_close(RobustShape.fit(alike).settle(alike), alike, atol=1e-3, rtol=0)
