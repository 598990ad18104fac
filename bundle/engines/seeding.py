# SPDX-License-Identifier: Apache-2.0
"""Randomness that depends on the seed and the epoch alone, so that a resumed run repeats an uncut one exactly."""

from __future__ import annotations

import torch
from ignite.engine import Engine, Events
from monai.data.utils import set_rnd

EPOCHS_APART = 1_000_003  # prime: the epochs of two seeds do not coincide


class EpochSeed:
    """Seeds sampler, augmentation, workers and torch at the start of every epoch.

    Args:
        seed: the run's seed.
        dataset: MONAI dataset whose transforms draw.
    """

    def __init__(self, seed: int, dataset: torch.utils.data.Dataset) -> None:
        self.seed = seed
        self.dataset = dataset

    def attach(self, engine: Engine) -> None:
        """Attach to a trainer whose epoch is one pass of its loader."""
        engine.add_event_handler(Events.EPOCH_STARTED, self)

    def __call__(self, engine: Engine) -> None:
        """Seed the epoch that starts."""
        seed = self.seed * EPOCHS_APART + engine.state.epoch
        torch.manual_seed(seed)
        set_rnd(self.dataset, seed % 2**32)
