# SPDX-License-Identifier: Apache-2.0
"""Stage 1 in several processes, one a GPU: each has batches of its own, and all of them one network."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import torch
import torch.distributed as dist
from ignite.engine import Events
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from bundle.engines.landmark_trainer import LandmarkTrainer
from bundle.errors import ConfigurationError
from bundle.networks import TrainingOutput


class SharedTrainer(LandmarkTrainer):
    """A `LandmarkTrainer` of each process of `torchrun`; PyTorch averages their gradients in every step.

    At the end of an epoch all take the statistics of batch norm of the first process, so that they validate, and would
    stop, alike.

    Args:
        **settings: of `LandmarkTrainer`.

    Raises:
        ConfigurationError: they are of stage 2 or of the warm-up, where films have memories and teachers.
    """

    def __init__(self, **settings: Any) -> None:
        for name in ("teacher", "points"):
            if name in settings:
                raise ConfigurationError(
                    f"train#trainer#{name}: stage 2 and the warm-up train in one process; leave out the overlay "
                    "multi_gpu_train.json, and start without torchrun"
                )
        super().__init__(**settings)
        self.add_event_handler(Events.EPOCH_COMPLETED, self._share_statistics)

    @cached_property
    def _averaged(self) -> nn.Module:
        """Made at the first step, when the network has all that it begins with."""
        return DistributedDataParallel(_TrainingForward(self.network))

    def _forward(self, image: torch.Tensor) -> TrainingOutput:
        output: TrainingOutput = self._averaged(image)
        return output

    def _share_statistics(self) -> None:
        for buffer in self.network.buffers():
            dist.broadcast(buffer, src=0)


class _TrainingForward(nn.Module):
    """`forward_training` as the forward of a module, which is where gradients are averaged."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network: Any = network

    def forward(self, image: torch.Tensor) -> TrainingOutput:
        output: TrainingOutput = self.network.forward_training(image)
        return output
