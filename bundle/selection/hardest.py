# SPDX-License-Identifier: Apache-2.0
"""The films that a model is least sure of."""

from __future__ import annotations

import math
from collections.abc import Sequence

_PART = 0.2


def hardest(expected: Sequence[float], count: int) -> list[int]:
    """The fifth of films of which a model expects the largest errors, and at least so many.

    The worst films alone are much alike, and the very worst are often no use, as films of another part of the body are:
    what is labelled is to stand for this fifth, see `Coverage.best`.

    Args:
        expected: Error to expect of each film; of a model that is not calibrated how much its answers differ.
        count: Films that are wanted.

    Returns:
        Places of the films, the hardest first.
    """
    order = sorted(range(len(expected)), key=lambda film: (-expected[film], film))
    return order[: max(count, math.ceil(_PART * len(order)))]
