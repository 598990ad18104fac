# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest
import torch

from bundle.confidence import Confidence


@pytest.mark.parametrize(
    ("expected", "unlikeness", "reasons"),
    [
        ([3, 5], 0.1, []),
        ([3, 9], 0.1, ["expected mean error 6.0 px, accepted up to 5.0 px"]),
        ([3, 5], 0.6, ["does not look like the films"]),
        ([30, 50], 0.6, ["does not look like the films", "expected mean error 40.0 px"]),
        ([np.inf, 5], 0.1, ["expected mean error inf px"]),
        ([np.nan, 5], 0.1, []),  # not looked for
        ([np.nan, 9], 0.1, ["expected mean error 9.0 px"]),
        ([np.nan, np.nan], 0.1, ["expected mean error nan px"]),
        ([5, 5.003], 0.1, ["expected mean error 5.002 px, accepted up to 5.000 px"]),
        ([5, np.nextafter(5, 6) + 1e-15], 0.1, ["expected mean error 5.000000000000001 px, accepted up to 5.0000"]),
        ([3, 5], 0.5004, ["(unlikeness 0.5004, accepted up to 0.5000)"]),
    ],
)
def test_a_film_is_reviewed_for_what_is_beyond_a_limit(expected: list[float], unlikeness: float, reasons: list[str]):
    confidence = Confidence(np.array(expected, dtype=float), 5.0, unlikeness, 0.5)
    assert confidence.decision == ("review" if reasons else "accept")
    assert [sentence in told for sentence, told in zip(reasons, confidence.reasons, strict=True)] == [True] * len(
        reasons
    )


def test_a_network_that_is_not_calibrated_gives_no_confidence():
    assert Confidence.of_item({"pred": torch.zeros(2, 2)}) is None
