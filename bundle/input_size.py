# SPDX-License-Identifier: Apache-2.0
"""The size of what a network is given, as settings and cards state it: one number for a square, or width and height."""

from __future__ import annotations

from collections.abc import Callable, Sequence

InputSize = int | Sequence[int]


def sides(size: InputSize) -> tuple[int, int]:
    """Width and height in pixels."""
    width, height = (size, size) if isinstance(size, int) else size
    return width, height


def enlarged(size: InputSize, times: int) -> InputSize:
    """A size whose sides are so many times as long."""
    return _of_sides(size, lambda side: side * times)


def times_up_to(size: InputSize, side: int, most: int = 4) -> int:
    """How many times a size can be enlarged without its longer side passing one: from 1 to the most."""
    return min(most, max(1, side // max(sides(size))))


def reduced(size: InputSize, times: int) -> InputSize:
    """A size whose sides are so many times shorter, rounded down."""
    return _of_sides(size, lambda side: side // times)


def common_divisor(size: InputSize, parts: int) -> int:
    """The largest number that divides both sides, and the longer one into so many parts or more."""
    limit = max(sides(size)) // parts
    return max(number for number in range(1, limit + 1) if not any(side % number for side in sides(size)))


def _of_sides(size: InputSize, change: Callable[[int], int]) -> InputSize:
    return change(size) if isinstance(size, int) else [change(side) for side in size]
