# SPDX-License-Identifier: Apache-2.0
"""The trainer of stage 1, and the step that all trainers take."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from monai.engines import SupervisedTrainer
from monai.engines.utils import IterationEvents
from monai.utils.enums import CommonKeys as Keys
from torch import nn
from torch.utils.data import Dataset

from bundle.engines.bfloat16 import warn_where_imitated
from bundle.networks import TrainingOutput

Criterion = Callable[[Any], dict[str, torch.Tensor]]


class LandmarkTrainer(SupervisedTrainer):
    """Trains a landmark network on labelled batches: `image` [B, C, X, Y] and `label` [B, K, 2].

    Unlike MONAI's own step it reads all that the network gives in training (`forward_training`), and `amp: true` means
    bfloat16 on a GPU as on a CPU, which needs no loss scaling. Its output has `image`, `label` and every term of the
    loss, detached, under its own name.

    Args:
        **settings: of MONAI's `SupervisedTrainer`; `network` has `forward_training`, and `loss_function` returns a
            dictionary with its `terms`, `loss` among them.
    """

    loss_function: Any

    def __init__(self, **settings: Any) -> None:
        super().__init__(decollate=False, **settings)
        if self.amp:
            warn_where_imitated(self.state.device)
        self.loss_function.to(self.state.device)

    @property
    def model(self) -> nn.Module:
        """The network that leaves the run."""
        return self.network

    @property
    def terms(self) -> Sequence[str]:
        """Names of the numbers that a step puts out."""
        terms: Sequence[str] = self.loss_function.terms
        return terms

    @property
    def datasets(self) -> list[Dataset]:
        """The datasets whose transforms draw."""
        loader: Any = self.data_loader
        return [loader.dataset]

    def parts(self) -> dict[str, Any]:
        """All that has a state, which an exact resume needs, by name."""
        return {"network": self.network, "optimizer": self.optimizer, "loss_function": self.loss_function}

    def _iteration(self, engine: SupervisedTrainer, batchdata: Mapping[str, Any]) -> dict[str, Any]:
        image, label = self.prepare_batch(batchdata, self.state.device, self.non_blocking, **self.to_kwargs)
        return {Keys.LABEL: label, **self._step(image, lambda output: self.loss_function(output, label))}

    def _step(self, image: torch.Tensor, criterion: Criterion) -> dict[str, torch.Tensor]:
        """Forward, backward and step of the optimizer.

        Args:
            image: [B, C, X, Y].
            criterion: takes what the network gives in training to scalar terms, of which `loss` is minimised.
        """
        self.network.train()
        with torch.autocast(self.state.device.type, dtype=torch.bfloat16, enabled=self.amp):
            output = self._forward(image)
        self.fire_event(IterationEvents.FORWARD_COMPLETED)
        return {Keys.IMAGE: image, **self._descend(criterion(output)), **self._prediction(output)}

    def _prediction(self, _output: TrainingOutput) -> dict[str, torch.Tensor]:
        """What of a step's prediction is put out: nothing, for finding it may take longer than the step."""
        return {}

    def _forward(self, image: torch.Tensor) -> TrainingOutput:
        network: Any = self.network
        output: TrainingOutput = network.forward_training(image)
        return output

    def _descend(self, terms: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Take a step down the `loss` of the terms and return them detached."""
        self.fire_event(IterationEvents.LOSS_COMPLETED)
        self.optimizer.zero_grad(set_to_none=True)
        terms[Keys.LOSS].backward()
        self.fire_event(IterationEvents.BACKWARD_COMPLETED)
        self.optimizer.step()
        self.fire_event(IterationEvents.MODEL_COMPLETED)
        return {name: term.detach() for name, term in terms.items()}
