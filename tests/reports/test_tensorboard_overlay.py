# SPDX-License-Identifier: Apache-2.0
"""The pictures that the handler sends to TensorBoard."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from ignite.engine import Engine
from monai.handlers import from_engine
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch.utils.tensorboard import SummaryWriter

from bundle.reports.overlay import PREDICTION
from bundle.reports.tensorboard_overlay import LandmarkOverlayHandler


def test_the_first_films_of_each_round(tmp_path: Path) -> None:
    films = [
        {"image": torch.rand(1, 64, 48), "pred": torch.tensor([[20.0, 30.0]]), "label": torch.tensor([[40.0, 10.0]])}
        for _ in range(6)
    ]
    evaluator = Engine(lambda _engine, batch: batch)
    training_epoch = 0
    with SummaryWriter(str(tmp_path)) as writer:
        LandmarkOverlayHandler(
            writer,
            output_transform=from_engine(["image", "pred", "label"]),
            global_iter_transform=lambda _: training_epoch,
            images=3,
        ).attach(evaluator)
        for training_epoch in (5, 10):  # noqa: B007
            evaluator.run([films[:2], films[2:4], films[4:]])
    events = EventAccumulator(str(tmp_path), size_guidance={"images": 0}).Reload()
    assert sorted(events.Tags()["images"]) == ["landmarks/0", "landmarks/1", "landmarks/2"]
    shown = events.Images("landmarks/1")
    assert [event.step for event in shown] == [5, 10]
    assert (shown[0].width, shown[0].height) == (512, 384)


def test_pictures_show_the_prediction() -> None:
    class Writer:
        pictures: list[np.ndarray]

        def __init__(self) -> None:
            self.pictures = []

        def add_image(self, _tag: str, picture: np.ndarray, _step: int, dataformats: str) -> None:
            assert dataformats == "HWC"
            self.pictures.append(picture)

    writer = Writer()
    film = {
        "image": torch.rand(1, 64, 64),
        "pred": torch.tensor([[20.0, 30.0]]),
        "label": torch.full((1, 2), torch.nan),
    }
    evaluator = Engine(lambda _engine, batch: batch)
    handler = LandmarkOverlayHandler(writer, output_transform=from_engine(["image", "pred", "label"]))
    handler.attach(evaluator)
    evaluator.run([[film]])
    (picture,) = writer.pictures
    assert tuple(picture[8 * 30 + 4, 8 * 20 + 4]) == PREDICTION
