# SPDX-License-Identifier: Apache-2.0
"""The metric handlers on a MONAI evaluator, as the configs use them."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from monai.engines import SupervisedEvaluator
from monai.handlers import CheckpointSaver, from_engine

from bundle.metrics import FailureRate, MeanRadialError, SuccessfulDetectionRate


class Offset(torch.nn.Module):
    """Predicts the image, whose values here are landmarks, moved by a learned offset."""

    def __init__(self) -> None:
        super().__init__()
        self.offset = torch.nn.Parameter(torch.zeros(2))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return image + self.offset


def batches() -> list[dict[str, torch.Tensor]]:
    points = torch.tensor([[[10.0, 10.0], [20.0, 20.0]], [[30.0, 30.0], [40.0, 40.0]], [[5.0, 5.0], [6.0, 6.0]]])
    label = points.clone()
    label[2, 1] = torch.nan
    film = {"image": points, "label": label, "size": torch.tensor([[100, 80], [50, 80], [50, 80]])}
    film["spacing"] = torch.tensor([[0.5, 0.5], [1.0, 1.0], [torch.nan, torch.nan]])
    return [{key: value[:2] for key, value in film.items()}, {key: value[2:] for key, value in film.items()}]


def evaluator(network: torch.nn.Module, **keywords: Any) -> SupervisedEvaluator:
    landmarks = from_engine(["pred", "label"])
    return SupervisedEvaluator(
        device="cpu",
        val_data_loader=copy.deepcopy(batches()),
        network=network,
        key_val_metric={"mean_radial_error": MeanRadialError(landmarks)},
        additional_metrics={
            "mean_radial_error_mm": MeanRadialError(landmarks, from_engine("spacing")),
            "failure_rate": FailureRate(landmarks, from_engine("size")),
            "sdr_2mm": SuccessfulDetectionRate(landmarks, from_engine("spacing"), radius=2.0),
        },
        metric_cmp_fn=lambda current, best: current < best,
        **keywords,
    )


def test_metrics_of_a_run() -> None:
    network = Offset()
    network.offset.data = torch.tensor([3.0, 0.0])
    engine = evaluator(network)
    engine.run()
    assert engine.state.metrics["mean_radial_error"] == pytest.approx(3)
    assert engine.state.metrics["mean_radial_error_mm"] == pytest.approx((2 * 1.5 + 2 * 3) / 4)
    assert engine.state.metrics["failure_rate"] == pytest.approx(3 / 5)
    assert engine.state.metrics["sdr_2mm"] == pytest.approx(2 / 4)
    details = engine.state.metric_details["mean_radial_error"]
    assert details.shape == (3, 2)
    assert torch.isnan(details[2, 1])


def test_a_second_run_starts_afresh() -> None:
    network = Offset()
    network.offset.data = torch.tensor([9.0, 0.0])
    engine = evaluator(network)
    engine.run()
    network.offset.data = torch.tensor([0.0, 1.0])
    engine.run()
    assert engine.state.metrics["mean_radial_error"] == pytest.approx(1)
    assert engine.state.best_metric == pytest.approx(1)


def test_the_checkpoint_of_the_lowest_error_is_kept(tmp_path) -> None:
    network = Offset()
    saver = CheckpointSaver(
        str(tmp_path),
        {"network": network},
        save_key_metric=True,
        key_metric_filename="best.pt",
        key_metric_negative_sign=True,
    )
    engine = evaluator(network, val_handlers=[saver])
    for offset in (5.0, 2.0, float("nan"), 4.0):
        network.offset.data = torch.tensor([offset, 0.0])
        engine.run()
    kept = torch.load(tmp_path / "best.pt", weights_only=True)
    assert kept["offset"].tolist() == [2.0, 0.0]
