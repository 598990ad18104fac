# SPDX-License-Identifier: Apache-2.0
"""One step of stage 1, as MONAI's `SupervisedTrainer(iteration_update=...)` takes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from monai.engines import SupervisedTrainer
from monai.engines.utils import IterationEvents
from monai.utils.enums import CommonKeys as Keys

Criterion = Callable[[Any], dict[str, torch.Tensor]]


def supervised_iteration(engine: SupervisedTrainer, batch: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    """Train one batch and return every loss term under its own name.

    Args:
        engine: whose `network` has `forward_training` and whose `loss_function` returns a dictionary with `loss`.
        batch: `image` [B, C, X, Y] and `label` [B, K, 2].

    Returns:
        `image`, `label`, `pred` [B, K, 2] and the detached scalar terms of the loss.
    """
    image, label = engine.prepare_batch(batch, engine.state.device, engine.non_blocking, **engine.to_kwargs)
    return {Keys.LABEL: label, **training_step(engine, image, lambda output: engine.loss_function(output, label))}


def training_step(engine: SupervisedTrainer, image: torch.Tensor, criterion: Criterion) -> dict[str, torch.Tensor]:
    """Forward, backward and step of the optimizer.

    Unlike MONAI's own iteration it reads all that the network gives in training (`forward_training`), and `amp: true`
    means bfloat16 on a GPU as on a CPU, which needs no loss scaling.

    Args:
        engine: whose `network` has `forward_training`.
        image: [B, C, X, Y].
        criterion: takes the network's output to scalar terms, of which `loss` is minimised.

    Returns:
        `image`, `pred` [B, K, 2] and the detached terms.
    """
    network: Any = engine.network
    network.train()
    engine.optimizer.zero_grad(set_to_none=True)
    with torch.autocast(engine.state.device.type, dtype=torch.bfloat16, enabled=engine.amp):
        output = network.forward_training(image)
    engine.fire_event(IterationEvents.FORWARD_COMPLETED)
    terms = criterion(output)
    engine.fire_event(IterationEvents.LOSS_COMPLETED)
    terms[Keys.LOSS].backward()
    engine.fire_event(IterationEvents.BACKWARD_COMPLETED)
    engine.optimizer.step()
    engine.fire_event(IterationEvents.MODEL_COMPLETED)
    detached = {name: term.detach() for name, term in terms.items()}
    return {Keys.IMAGE: image, Keys.PRED: output.vertices.detach(), **detached}
