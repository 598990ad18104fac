# SPDX-License-Identifier: Apache-2.0
"""Where a chain of parts most likely lies, given how likely each part lies in each cell: the Viterbi algorithm."""

from __future__ import annotations

import math

import torch
from torch.nn import functional

REACH = 2.5  # standard deviations of a step that are looked at


def most_likely_chain(score: torch.Tensor, steps: torch.Tensor, deviation: float) -> torch.Tensor:
    """Find the cells of P parts in a row: the chain of the highest sum of its scores and of the logs of its steps.

    A step is a Gaussian about its mean, as wide as a share of its length, alike in all directions. So neighbours keep
    their distance, while the chain as a whole bends and grows as it must. All chains are compared, not some peaks.

    Args:
        score: [B, P, X, Y], of each part in each cell, as a log likelihood.
        steps: [P - 1, 2], mean steps from part to part, in cells.
        deviation: standard deviation of a step along each axis, in lengths of the step.

    Returns:
        [B, P, 2] int64, (x, y) of the cells.
    """
    height = score.shape[-1]
    best, came_from = score[:, 0], []
    for part, step in enumerate(steps, start=1):
        spread = deviation * float(step.norm())
        reach = max(1, math.ceil(REACH * spread))
        middle = [round(float(along)) for along in step]
        log_likelihood = _log_steps(middle, reach, step, spread)
        before = _neighbourhoods(best, middle, reach) + log_likelihood
        highest, where = before.flatten(3).max(dim=-1)
        came_from.append((where, middle, reach))
        best = highest + score[:, part]
    cell = best.flatten(1).argmax(dim=-1)
    chain = [torch.stack([cell // height, cell % height], dim=-1)]
    for where, middle, reach in reversed(came_from):
        x, y = chain[-1].unbind(-1)
        index = where[torch.arange(len(score), device=score.device), x, y]
        side = 2 * reach + 1
        offset = torch.stack([index // side, index % side], dim=-1) - reach
        chain.append(chain[-1] - offset.new_tensor(middle) + offset)
    return torch.stack(chain[::-1], dim=1)


def _log_steps(middle: list[int], reach: int, step: torch.Tensor, spread: float) -> torch.Tensor:
    """[2 reach + 1, 2 reach + 1]: log likelihood of the step from each cell of a neighbourhood."""
    offset = torch.arange(-reach, reach + 1, device=step.device)
    along = [-((middle[axis] - offset - step[axis]) ** 2) / (2 * spread**2) for axis in (0, 1)]
    return along[0][:, None] + along[1][None, :]


def _neighbourhoods(best: torch.Tensor, middle: list[int], reach: int) -> torch.Tensor:
    """[B, X, Y, 2 reach + 1, 2 reach + 1]: of each cell, those about the one a mean step before it; -inf outside."""
    (x, y), side = middle, 2 * reach + 1
    padded = functional.pad(best, (reach + y, reach - y, reach + x, reach - x), value=-torch.inf)
    return padded.unfold(1, side, 1).unfold(2, side, 1)
