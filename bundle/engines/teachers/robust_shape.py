# SPDX-License-Identifier: Apache-2.0
"""The shape of many answers, some of which went astray: which of their landmarks fit the others."""

from __future__ import annotations

from typing import NamedTuple

import torch

RANK = 6  # ways in which shapes differ from their mean
FREEDOM = 3.0  # degrees of freedom of Student's t: few, since jumps are many
FIT_ROUNDS = 10
SETTLE_STEPS = 12
FILMS_A_FACTOR = 6  # so many films at least for each way to differ
LEAST = 0.002  # standard deviation of a landmark, in longer sides of the film
FAR = 3.0  # median deviations, at which the first guess cuts off
MOST_LEVERAGE = 0.95  # of a landmark on its own place
RIDGE = 1e-4


class RobustShape(NamedTuple):
    """Factor analysis of shapes whose landmarks are off by a Student's t: a low-rank Gaussian that jumps do not move.

    Shape n is mean + factors z_n + noise, z_n standard normal; the noise of landmark k has the variance
    variance_k / w_nk, and the weight w_nk is small where a landmark does not fit the others (multivariate t as a scale
    mixture; EM as in Rubin and Thayer, 1982, and Lange et al., 1989).

    Attributes:
        mean: [2 K].
        factors: [2 K, R].
        variance: [K], along each axis.
    """

    mean: torch.Tensor
    factors: torch.Tensor
    variance: torch.Tensor

    @classmethod
    def fit(cls, shapes: torch.Tensor) -> RobustShape:
        """Fit to shapes [N, K, 2], N at least two."""
        films, landmarks = shapes.shape[:2]
        rank = max(1, min(RANK, films // FILMS_A_FACTOR, 2 * landmarks - 1))
        flat = shapes.flatten(1)
        mean = flat.median(dim=0).values
        usual = FAR * (flat - mean).abs().median(dim=0).values
        _, spread, ways = torch.linalg.svd((flat - mean).clamp(-usual, usual), full_matrices=False)
        factors = ways[:rank].mT * spread[:rank] / films**0.5
        rest = flat - mean - (flat - mean) @ ways[:rank].mT @ ways[:rank]
        model = cls(mean, factors, _by_landmark(rest.square()).mean(dim=0) + LEAST**2)
        for _ in range(FIT_ROUNDS):
            model = model._maximised(flat, *model._settled(flat))
        return model

    def settle(self, shapes: torch.Tensor) -> torch.Tensor:
        """Move the landmarks of shapes [N, K, 2] that do not fit the others to where these would have them."""
        flat = shapes.flatten(1)
        weights, where, covariance = self._settled(flat)
        residuals, _ = self._left_out(flat, weights, where, covariance)
        share = (weights / (1 + 2 / FREEDOM))[..., None]  # of the answer itself: 1 where it fits exactly
        return shapes - (1 - share) * residuals

    def _settled(self, flat: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Weights [N, K], and mean [N, R] and covariance [N, R, R] of z, found from weights that are all alike."""
        weights = flat.new_ones(len(flat), len(self.variance))
        for _ in range(SETTLE_STEPS):
            where, covariance = self._positions(flat, weights)
            residuals, uncertainty = self._left_out(flat, weights, where, covariance)
            distance = residuals.square().sum(dim=-1) / (self.variance + uncertainty)
            weights = (FREEDOM + 2) / (FREEDOM + distance)
        return weights, where, covariance

    def _positions(self, flat: torch.Tensor, weights: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean [N, R] and covariance [N, R, R] of z, given the weights [N, K]."""
        precision = (weights / self.variance).repeat_interleave(2, dim=1)
        information = torch.einsum("dq,nd,dr->nqr", self.factors, precision, self.factors)
        covariance = torch.linalg.inv(information + torch.eye(self.factors.shape[1]))
        seen = (precision * (flat - self.mean)) @ self.factors
        return (covariance @ seen[..., None])[..., 0], covariance

    def _left_out(
        self, flat: torch.Tensor, weights: torch.Tensor, where: torch.Tensor, covariance: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Distances [N, K, 2] of landmarks from where the others would have them, and the variance [N, K] of that."""
        own = _by_landmark(torch.einsum("dq,nqr,dr->nd", self.factors, covariance, self.factors))
        others = 1 - (weights / self.variance * own).clamp(max=MOST_LEVERAGE)
        residuals = (flat - self.mean - where @ self.factors.mT).unflatten(1, (-1, 2)) / others[..., None]
        return residuals, own / others

    def _maximised(
        self, flat: torch.Tensor, weights: torch.Tensor, where: torch.Tensor, covariance: torch.Tensor
    ) -> RobustShape:
        """The model that makes the shapes most likely, given weights and positions: a weighted regression."""
        rank = where.shape[1]
        regressors = torch.cat([where, where.new_ones(len(where), 1)], dim=1)
        moments = regressors[:, :, None] * regressors[:, None]
        moments[:, :rank, :rank] += covariance
        by_axis = weights.repeat_interleave(2, dim=1)
        left = torch.einsum("nd,nqr->dqr", by_axis, moments) + RIDGE * torch.eye(rank + 1)
        right = torch.einsum("nd,nd,nq->dq", by_axis, flat, regressors)
        found = torch.linalg.solve(left, right[..., None])[..., 0]
        factors, mean = found[:, :rank], found[:, rank]
        own = torch.einsum("dq,nqr,dr->nd", factors, covariance, factors)
        squares = ((flat - regressors @ found.mT).square() + own) * by_axis
        return RobustShape(mean, factors, _by_landmark(squares).mean(dim=0).clamp(min=LEAST**2))


def _by_landmark(values: torch.Tensor) -> torch.Tensor:
    """The mean of both axes: [N, 2 K] to [N, K]."""
    return values.unflatten(1, (-1, 2)).mean(dim=-1)
