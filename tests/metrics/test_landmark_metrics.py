# SPDX-License-Identifier: Apache-2.0
"""The cumulative metrics: hand-computed values, reductions, lists against batches."""

from __future__ import annotations

import pytest
import torch
from monai.data import MetaTensor

from bundle.metrics import FailureRateMetric, RadialErrorMetric, SuccessfulDetectionRateMetric

NAN = float("nan")
PRED = torch.zeros(2, 2, 2)
TRUE = torch.tensor([[[3.0, 4.0], [6.0, 8.0]], [[0.0, 1.0], [NAN, NAN]]])  # errors 5, 10; 1, missing


def test_mean_weighs_every_known_landmark_alike() -> None:
    metric = RadialErrorMetric()
    metric(PRED, TRUE)
    assert metric.aggregate().item() == pytest.approx(16 / 3)  # the mean of the films' means would be 4.25


def test_other_reductions_are_monais() -> None:
    metric = RadialErrorMetric()
    metric(PRED, TRUE)
    assert metric.aggregate("mean_batch").tolist() == [3.0, 10.0]
    assert metric.aggregate("mean_channel").tolist() == [7.5, 1.0]
    assert torch.isnan(metric.aggregate("none")).tolist() == [[False, False], [False, True]]


def test_iterations_accumulate_and_reset_forgets() -> None:
    metric = RadialErrorMetric()
    metric(PRED[:1], TRUE[:1])
    metric(PRED[1:], TRUE[1:])
    assert metric.aggregate().item() == pytest.approx(16 / 3)
    metric.reset()
    metric(PRED[1:], TRUE[1:])
    assert metric.aggregate().item() == 1
    metric.reset()
    with pytest.raises(ValueError, match="no landmarks were gathered"):
        metric.aggregate()


def test_nothing_known_is_nan_not_a_perfect_zero() -> None:
    metric = RadialErrorMetric()
    metric(PRED, torch.full_like(PRED, NAN))
    assert torch.isnan(metric.aggregate())


def test_a_diverged_network_is_not_the_best() -> None:
    metric = RadialErrorMetric()
    metric(torch.full_like(PRED, NAN), TRUE)
    assert metric.aggregate().item() == torch.inf


def test_millimetres_cover_the_films_of_known_spacing() -> None:
    metric = RadialErrorMetric()
    metric(PRED, TRUE, spacing=torch.tensor([[NAN, NAN], [0.5, 0.5]]))
    assert metric.aggregate().item() == 0.5


def test_failure_rate_reads_the_width_of_each_film() -> None:
    metric = FailureRateMetric()
    metric(PRED, TRUE, size=torch.tensor([[120, 900], [10, 900]]))  # limits 6 and 0.5 pixels
    assert metric.aggregate().item() == pytest.approx(2 / 3)


@pytest.mark.parametrize(("radius", "rate"), [(0.5, 1 / 3), (2.5, 2 / 3), (5, 1)])
def test_successful_detection_rate(radius: float, rate: float) -> None:
    metric = SuccessfulDetectionRateMetric(radius)
    metric(PRED, TRUE, spacing=torch.full((2, 2), 0.5))
    assert metric.aggregate().item() == pytest.approx(rate)


def test_lists_of_films_give_what_batches_give() -> None:
    spacing = torch.tensor([[0.5, 0.5], [2.0, 2.0]])
    batched, listed = SuccessfulDetectionRateMetric(2), SuccessfulDetectionRateMetric(2)
    batched(PRED, TRUE, spacing=spacing)
    listed([MetaTensor(points) for points in PRED], list(TRUE.numpy()), spacing=list(spacing.numpy()))
    torch.testing.assert_close(listed.get_buffer(), batched.get_buffer(), equal_nan=True)
    assert type(listed.get_buffer()) is torch.Tensor
