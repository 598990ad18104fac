# SPDX-License-Identifier: Apache-2.0
"""Radial errors against hand-computed values and against the rules they must follow."""

from __future__ import annotations

import hypothesis.strategies as st
import torch
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays

from bundle.metrics.radial_error import detection, failure, radial_error

NAN = float("nan")
POINTS = arrays("float64", (2, 5, 2), elements=st.floats(-1e4, 1e4))


def test_a_three_four_five_triangle() -> None:
    error = radial_error(torch.tensor([[[3.0, 4.0], [1.0, 1.0]]]), torch.tensor([[[0.0, 0.0], [1.0, 1.0]]]))
    assert error.tolist() == [[5.0, 0.0]]


def test_spacing_scales_each_axis_by_its_own() -> None:
    error = radial_error(torch.tensor([[[10.0, 10.0]]]), torch.zeros(1, 1, 2), torch.tensor([[0.3, 0.4]]))
    torch.testing.assert_close(error, torch.tensor([[5.0]]))


def test_missing_landmark_and_unknown_spacing_are_nan() -> None:
    pred, target = torch.zeros(2, 2, 2), torch.tensor([[[3.0, 4.0], [NAN, NAN]], [[3.0, 4.0], [3.0, NAN]]])
    assert torch.isnan(radial_error(pred, target)).tolist() == [[False, True], [False, True]]
    in_mm = radial_error(pred, target, torch.tensor([[2.0, 2.0], [NAN, 2.0]]))
    assert torch.isnan(in_mm).tolist() == [[False, True], [True, True]]
    assert in_mm[0, 0] == 10


def test_a_prediction_that_is_not_finite_is_infinitely_wrong() -> None:
    pred = torch.tensor([[[NAN, 0.0], [torch.inf, 0.0], [NAN, NAN]]])
    target = torch.tensor([[[0.0, 0.0], [0.0, 0.0], [NAN, NAN]]])
    error = radial_error(pred, target)
    assert error[0, :2].tolist() == [torch.inf, torch.inf]
    assert torch.isnan(error[0, 2])


def test_failure_and_detection_at_their_thresholds() -> None:
    error = torch.tensor([[5.0, 5.1, NAN, torch.inf]])
    assert failure(error, torch.tensor([100.0]))[0, [0, 1, 3]].tolist() == [0, 1, 1]
    assert failure(error, torch.tensor([100.0]), threshold=0.01)[0, 0] == 1
    assert detection(error, radius=5.0)[0, [0, 1, 3]].tolist() == [1, 0, 0]
    assert torch.isnan(failure(error, torch.tensor([100.0]))[0, 2])
    assert torch.isnan(detection(error, radius=5.0)[0, 2])


@settings(deadline=None, max_examples=50)
@given(pred=POINTS, target=POINTS, shift=st.floats(-1e3, 1e3), scale=st.floats(0.01, 100))
def test_moving_both_changes_nothing_and_scaling_scales(pred, target, shift, scale) -> None:
    pred, target = torch.from_numpy(pred), torch.from_numpy(target)
    error = radial_error(pred, target)
    torch.testing.assert_close(radial_error(pred + shift, target + shift), error, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(radial_error(scale * pred, scale * target), scale * error)
    torch.testing.assert_close(
        radial_error(pred, target, torch.full((2, 2), scale, dtype=torch.float64)), scale * error
    )
    torch.testing.assert_close(radial_error(target, pred), error)
