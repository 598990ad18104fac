# SPDX-License-Identifier: Apache-2.0
"""The handler that shows a few validation films in TensorBoard, with their landmarks drawn on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from ignite.engine import Engine, Events
from monai.handlers import TensorBoardHandler
from monai.utils import convert_to_numpy

from bundle.reports.overlay import draw_overlay


class LandmarkOverlayHandler(TensorBoardHandler):
    """Write overlays of the first films of each run of an evaluator.

    Args:
        summary_writer: Writer to use; None makes one that writes to `log_dir`.
        log_dir: Folder of the event files.
        output_transform: Takes `engine.state.output` to (images, pred, label), lists of `[1, X, Y]` films and of
            `[K, 2]` landmarks in pixels of these, such as `monai.handlers.from_engine(["image", "pred", "label"])`.
        global_iter_transform: Takes the evaluator's epoch to the step to show, such as `lambda _: trainer.state.epoch`.
        images: How many films to show.
        tag: Name of the group of pictures.
    """

    def __init__(
        self,
        summary_writer: Any = None,
        log_dir: str = "./runs",
        output_transform: Callable = lambda x: x,
        global_iter_transform: Callable = lambda x: x,
        images: int = 4,
        tag: str = "landmarks",
    ) -> None:
        super().__init__(summary_writer, log_dir)
        self.output_transform = output_transform
        self.global_iter_transform = global_iter_transform
        self.images = images
        self.tag = tag
        self._shown = 0

    def attach(self, engine: Engine) -> None:
        """Show films of each run of the evaluator."""
        engine.add_event_handler(Events.EPOCH_STARTED, self._start)
        engine.add_event_handler(Events.ITERATION_COMPLETED, self)

    def __call__(self, engine: Engine) -> None:
        """Show films of this batch until there are enough."""
        step = self.global_iter_transform(engine.state.epoch)
        for image, pred, label in zip(*self.output_transform(engine.state.output), strict=True):
            if self._shown == self.images:
                return
            film, points, truth = map(convert_to_numpy, (image, pred, label))
            picture = draw_overlay(film, points, truth, long_side=512)
            self._writer.add_image(f"{self.tag}/{self._shown}", np.asarray(picture), step, dataformats="HWC")
            self._shown += 1

    def _start(self, _engine: Engine) -> None:
        self._shown = 0
