# SPDX-License-Identifier: Apache-2.0
"""What settings say of the size of a network's input."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bundle.input_size import InputSize, common_divisor, enlarged, reduced, sides, times_up_to

multiples = st.integers(1, 16).map(lambda times: 32 * times)
sizes = multiples | st.lists(multiples, min_size=2, max_size=2)


@given(size=sizes, times=st.integers(1, 8))
def test_enlarged_and_reduced_is_the_same_size(size: InputSize, times: int):
    larger = enlarged(size, times)
    assert sides(larger) == tuple(times * side for side in sides(size))
    assert reduced(larger, times) == size and type(larger) is type(size)


@given(size=sizes, side=st.integers(32, 1024))
def test_a_size_is_enlarged_as_far_as_it_fits(size: InputSize, side: int):
    times, longer = times_up_to(size, side), max(sides(size))
    assert 1 <= times <= 4
    assert times == 1 or longer * times <= side
    assert times == 4 or longer * (times + 1) > side


@given(size=sizes)
def test_the_common_divisor_divides_both_sides_and_that_of_a_square_is_its_part(size: InputSize):
    divisor = common_divisor(size, 16)
    assert not any(side % divisor for side in sides(size))
    assert divisor <= max(sides(size)) / 16
    if isinstance(size, int):
        assert divisor == size // 16


@pytest.mark.parametrize(("size", "divisor"), [([160, 384], 16), ([192, 384], 24), ([96, 128], 8)])
def test_the_common_divisor_is_the_largest(size: InputSize, divisor: int):
    assert common_divisor(size, 16) == divisor
