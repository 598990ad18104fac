# SPDX-License-Identifier: Apache-2.0
"""Where a chain of parts most likely lies, given how likely each part lies in each cell: the Viterbi algorithm."""

from __future__ import annotations

import math

import torch
from torch.nn import functional

REACH = 2.5  # standard deviations of a step that are looked at


def most_likely_chain(
    score: torch.Tensor, places: torch.Tensor, steps: torch.Tensor, length_deviation: float, turn_deviation: float
) -> torch.Tensor:
    """Find the cells of P parts in a row: the chain of the highest sum of its scores and of the logs of its steps.

    A step is a Gaussian about its mean in its length, and one, wider, across. So neighbours keep their distance and
    none is left out or taken twice, while the chain as a whole bends as it must. No step leads back. All chains are
    compared, not some peaks.

    Args:
        score: [B, P, X, Y], of each part in each cell, as a log likelihood.
        places: [B, X, Y, 2], where a part that a cell tells of has its centre, in cells.
        steps: [P - 1, 2], mean steps from part to part, in cells.
        length_deviation: standard deviation of a step's length, in lengths of the mean step.
        turn_deviation: standard deviation across the mean step, in lengths of it: about an angle in radians.

    Returns:
        [B, P, 2] int64, (x, y) of the cells.
    """
    height = score.shape[-1]
    best, came_from = score[:, 0], []
    here = places.unbind(-1)
    there = [along[..., None, None] for along in here]
    for part, step in enumerate(steps, start=1):
        reach = math.ceil(REACH * max(length_deviation, turn_deviation) * float(step.norm()))
        middle = [round(float(along)) for along in step]
        x, y = (to - _neighbourhoods(start, middle, reach, 0.0) for to, start in zip(there, here, strict=True))
        before = _neighbourhoods(best, middle, reach, -torch.inf) + _log_step(
            x, y, step, length_deviation, turn_deviation
        )
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


def _log_step(
    x: torch.Tensor, y: torch.Tensor, step: torch.Tensor, length_deviation: float, turn_deviation: float
) -> torch.Tensor:
    """Log likelihood of steps (x, y), each of any shape."""
    mean = step.square().sum()
    longer = (x.square() + y.square()).div_(2 * mean).sub_(0.5)  # about the length over its mean, less 1
    across = (x * (step[1] / mean)).sub_(y * (step[0] / mean))
    log_step = longer.div_(length_deviation).square_().add_(across.div_(turn_deviation).square_()).div_(-2)
    return log_step.masked_fill_(x * step[0] < -y * step[1], -torch.inf)


def _neighbourhoods(values: torch.Tensor, middle: list[int], reach: int, outside: float) -> torch.Tensor:
    """[B, X, Y, 2 reach + 1, 2 reach + 1]: of each cell, those about a mean step before; padded by `outside`."""
    (x, y), side = middle, 2 * reach + 1
    padded = functional.pad(values, (reach + y, reach - y, reach + x, reach - x), value=outside)
    return padded.unfold(1, side, 1).unfold(2, side, 1)
