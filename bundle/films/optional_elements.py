# SPDX-License-Identifier: Apache-2.0
"""Values of DICOM elements that a film can be read without: one that is unusable is left out and told, not refused."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydicom import Dataset


class UnusableError(ValueError):
    """An element cannot be used; why, as a clause without its value: a damaged one may hold bytes of a name."""


def value_of(dataset: Dataset, keyword: str) -> Any:
    """Value of an element, None where it is missing or empty.

    Raises:
        UnusableError: it cannot be converted to its kind of value.
    """
    try:
        value = dataset.get(keyword)
    except Exception as error:  # pydicom converts a value when it is used, and raises whatever a damaged one leads to
        raise UnusableError(f"{keyword} is not a value of its kind") from error
    return None if value is None or value in ("", b"") else value


def numbers_of(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    """Values of a numerical element, none where it is missing or empty.

    Raises:
        UnusableError: one of them is no finite number.
    """
    try:
        value = value_of(dataset, keyword)
        several = () if value is None else value if hasattr(value, "__iter__") else (value,)
        numbers = tuple(float(number) for number in several)
    except (TypeError, ValueError) as error:
        raise UnusableError(f"{keyword} is not a number with a decimal point") from error
    if not all(map(math.isfinite, numbers)):
        raise UnusableError(f"{keyword} is not a finite number")
    return numbers


def number_of(dataset: Dataset, keyword: str) -> float | None:
    """First value of a numerical element, None where it is missing or empty.

    Raises:
        UnusableError: it is no finite number.
    """
    return next(iter(numbers_of(dataset, keyword)), None)
