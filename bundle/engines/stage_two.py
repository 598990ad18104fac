# SPDX-License-Identifier: Apache-2.0
"""Stage 2 as a run: a student and a teacher that begin with the weights of stage 1."""

from __future__ import annotations

from typing import Any

from bundle.engines.continued_run import ContinuedRun
from bundle.engines.semi_supervised import SemiSupervisedTrainer
from bundle.engines.weights import Weights
from bundle.run_folder import ERROR, VALIDATION


class StageTwoRun(ContinuedRun):
    """Fine-tunes on unlabelled films. The network that is not the model is validated too, to be looked at."""

    trainer: SemiSupervisedTrainer

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name, network in self.trainer.networks.items():
            if network is not self.trainer.model:
                self.validators[name + ERROR] = self.validators[VALIDATION].of(network, name)

    def _begin_with(self, stage1: Weights) -> None:
        stage1.load_into(self.trainer.network)
        self.trainer.teacher.start(self.trainer.network)
