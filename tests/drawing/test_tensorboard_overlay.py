# SPDX-License-Identifier: Apache-2.0
"""The pictures that the handler sends to TensorBoard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from ignite.engine import Engine
from monai.data import MetaTensor
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch.utils.tensorboard import SummaryWriter

from bundle.drawing.overlay import PREDICTION
from bundle.drawing.tensorboard_overlay import LandmarkOverlayHandler, _picture
from bundle.transforms import Letterboxd


def film() -> dict[str, Any]:
    """A film of 96 x 48 pixels as the network sees it, and landmarks in pixels of the film."""
    item = Letterboxd("image", 64)({"image": MetaTensor(torch.rand(1, 96, 48), affine=torch.eye(4))})
    return {**item, "pred": torch.tensor([[30.0, 24.0]]), "label": torch.tensor([[60.0, 12.0]])}


def test_the_first_films_of_each_round(tmp_path: Path) -> None:
    films = [film() for _ in range(6)]
    evaluator = Engine(lambda _engine, batch: batch)
    LandmarkOverlayHandler(SummaryWriter(str(tmp_path)), images=3).attach(evaluator)
    for _ in range(2):
        evaluator.run([films[:2], films[2:4], films[4:]])
    events = EventAccumulator(str(tmp_path), size_guidance={"images": 0}).Reload()
    assert sorted(events.Tags()["images"]) == ["landmarks/0", "landmarks/1", "landmarks/2"]
    shown = events.Images("landmarks/1")
    assert len(shown) == 2
    assert (shown[0].width, shown[0].height) == (512, 512)


def test_landmarks_are_drawn_where_they_lie_in_the_square() -> None:
    item = film()
    x, y = (torch.linalg.inv(item["to_original"]) @ torch.tensor([30.0, 24.0, 1.0]).double())[:2].tolist()
    assert 30 < y < 34  # the middle of the height, after padding
    picture = _picture(item)
    assert picture.getpixel((round(8 * x + 4), round(8 * y + 4))) == PREDICTION
