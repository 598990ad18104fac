# SPDX-License-Identifier: Apache-2.0
"""The training of windows as a run: it begins with the graph of stage 1, which it leaves as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from bundle.engines.continued_run import ContinuedRun
from bundle.engines.semi_supervised import SemiSupervisedTrainer
from bundle.engines.weights import Weights, set_landmarks
from bundle.input_size import reduced
from bundle.networks import WindowedGraph


class WindowsRun(ContinuedRun):
    """Trains the windows of a `WindowedGraph` around the vertices of its graph, stage 1's or stage 2's.

    Before its first step it answers as the graph does, so that the acceptance test compares it with that.
    """

    def _expected(self, card: Mapping[str, Any]) -> dict[str, Any]:
        """The graph saw reduced copies of the films."""
        expected = super()._expected(card)
        windowed = card["network"]
        shared = {name: value for name, value in expected.items() if name not in windowed}
        return {**shared, **windowed["coarse"], "image_size": reduced(expected["image_size"], windowed["reduction"])}

    def _begin_with(self, stage1: Weights) -> None:
        network = cast(WindowedGraph, self.trainer.network)
        set_landmarks(network, self.mean_shape, self.folder.card["landmarks"])
        stage1.load_into(network.coarse)


class TaughtWindowsRun(WindowsRun):
    """Trains the windows on unlabelled films too; the teacher begins with what the graph says."""

    trainer: SemiSupervisedTrainer

    def _begin_with(self, stage1: Weights) -> None:
        super()._begin_with(stage1)
        self.trainer.teacher.start(self.trainer.network)
