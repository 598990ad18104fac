# SPDX-License-Identifier: Apache-2.0
"""The handler that shows a few validation films in TensorBoard, with their landmarks drawn on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from ignite.engine import Engine, Events
from monai.handlers import TensorBoardHandler
from PIL import Image

from bundle.drawing.overlay import draw_overlay
from bundle.transforms.letterbox import transform_points


class LandmarkOverlayHandler(TensorBoardHandler):
    """Write overlays of the first films of each run of an evaluator, at the epoch of its trainer.

    The decollated items of batch and output hold together `image` [1, S, S] as the network saw it, `pred` and `label`
    [K, 2] in pixels of the film, and `to_original` of the letterbox.

    Args:
        summary_writer: Shows the pictures.
        images: How many films to show.
    """

    def __init__(self, summary_writer: Any, images: int = 4) -> None:
        super().__init__(summary_writer)
        self.images = images
        self._shown = 0

    def attach(self, engine: Engine) -> None:
        """Show films of each run of the evaluator."""
        engine.add_event_handler(Events.EPOCH_STARTED, self._start)
        engine.add_event_handler(Events.ITERATION_COMPLETED, self)

    def __call__(self, engine: Engine) -> None:
        """Show films of this batch until there are enough."""
        state: Any = engine.state
        for item, output in zip(state.batch, state.output, strict=True):
            if self._shown == self.images:
                return
            picture = np.asarray(_picture({**item, **output}))
            self._writer.add_image(f"landmarks/{self._shown}", picture, state.epoch, dataformats="HWC")
            self._shown += 1

    def _start(self, _engine: Engine) -> None:
        self._shown = 0


def _picture(item: Mapping[str, Any]) -> Image.Image:
    to_square = torch.linalg.inv(item["to_original"].cpu())
    pred, label = (transform_points(to_square, item[key].cpu()).numpy() for key in ("pred", "label"))
    return draw_overlay(item["image"].cpu().numpy(), pred, label, long_side=512)
