# SPDX-License-Identifier: Apache-2.0
"""One step of stage 1, as MONAI's `SupervisedTrainer(iteration_update=...)` takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from monai.engines import SupervisedTrainer
from monai.engines.utils import IterationEvents
from monai.utils.enums import CommonKeys as Keys


def supervised_iteration(engine: SupervisedTrainer, batch: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    """Train one batch and return every loss term under its own name.

    Unlike MONAI's own iteration it reads all that the network gives in training (`forward_training`), and `amp: true`
    means bfloat16 on a GPU as on a CPU, which needs no loss scaling.

    Args:
        engine: whose `network` has `forward_training` and whose `loss_function` returns a dictionary with `loss`.
        batch: `image` [B, C, X, Y] and `label` [B, K, 2].

    Returns:
        `image`, `label`, `pred` [B, K, 2] and the detached scalar terms of the loss.
    """
    image, label = engine.prepare_batch(batch, engine.state.device, engine.non_blocking, **engine.to_kwargs)
    engine.network.train()
    engine.optimizer.zero_grad(set_to_none=True)
    with torch.autocast(engine.state.device.type, dtype=torch.bfloat16, enabled=engine.amp):
        output = engine.network.forward_training(image)
    engine.fire_event(IterationEvents.FORWARD_COMPLETED)
    terms = engine.loss_function(output, label)
    engine.fire_event(IterationEvents.LOSS_COMPLETED)
    terms[Keys.LOSS].backward()
    engine.fire_event(IterationEvents.BACKWARD_COMPLETED)
    engine.optimizer.step()
    engine.fire_event(IterationEvents.MODEL_COMPLETED)
    prediction = output.local_vertices.detach()
    return {
        Keys.IMAGE: image,
        Keys.LABEL: label,
        Keys.PRED: prediction,
        **{name: term.detach() for name, term in terms.items()},
    }
