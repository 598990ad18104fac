# SPDX-License-Identifier: Apache-2.0
"""Whether the landmarks of a film can be taken as they are, or somebody should look at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from monai.utils import convert_to_numpy

ACCEPT, REVIEW = "accept", "review"

_MOST_DECIMALS = 16


@dataclass(frozen=True)
class Confidence:
    """What is to be expected of the K landmarks of one film.

    Attributes:
        expected_error: `[K]` in pixels of the stored image, NaN for a landmark that was not looked for.
        error_limit: mean expected error from which on the film is to be reviewed, in the same pixels.
        unlikeness: how little the film looks like the labelled ones at the landmarks, 0 (alike) to 2.
        unlikeness_limit: largest unlikeness that is accepted.
    """

    expected_error: np.ndarray
    error_limit: float
    unlikeness: float
    unlikeness_limit: float

    @classmethod
    def of_item(cls, item: Mapping[str, Any]) -> Confidence | None:
        """Read what `EstimateConfidence` left in a decollated item; None where the network is not calibrated."""
        if "expected_error" not in item:
            return None
        limits = (float(item[name]) for name in ("error_limit", "unlikeness", "unlikeness_limit"))
        return cls(convert_to_numpy(item["expected_error"]), *limits)

    @property
    def mean_expected_error(self) -> float:
        """Mean over the landmarks that were looked for, in pixels."""
        known = self.expected_error[~np.isnan(self.expected_error)]
        return float(known.mean()) if known.size else float("nan")

    @property
    def reasons(self) -> tuple[str, ...]:
        """Sentences that say why the film is to be reviewed; none if it is not."""
        reasons = []
        if not self.unlikeness <= self.unlikeness_limit:
            unlikeness, limit = _told_apart(self.unlikeness, self.unlikeness_limit, decimals=2)
            reasons.append(
                "does not look like the films that the network was trained on "
                f"(unlikeness {unlikeness}, accepted up to {limit})"
            )
        if not self.mean_expected_error <= self.error_limit:
            expected, limit = _told_apart(self.mean_expected_error, self.error_limit, decimals=1)
            reasons.append(f"expected mean error {expected} px, accepted up to {limit} px")
        return tuple(reasons)

    @property
    def decision(self) -> str:
        """`accept` or `review`."""
        return REVIEW if self.reasons else ACCEPT


def _told_apart(value: float, limit: float, decimals: int) -> tuple[str, str]:
    """Write two numbers that differ with these decimals, or with as many more as it takes to see that they do."""
    written = [(f"{value:.{digits}f}", f"{limit:.{digits}f}") for digits in range(decimals, _MOST_DECIMALS + 1)]
    return next((pair for pair in written if len(set(pair)) > 1), written[-1])
