# SPDX-License-Identifier: Apache-2.0
"""Stage 2: one trainer for every method; they differ in the teacher alone."""

from __future__ import annotations

import math
from typing import Any

import torch
from monai.engines import SupervisedTrainer
from monai.utils.enums import CommonKeys as Keys

from bundle.engines.supervised import supervised_iteration, training_step
from bundle.engines.teachers import Teacher
from bundle.errors import ConfigurationError
from bundle.loading.mixed_batches import TrainingBatch
from bundle.loading.unlabelled_batch import UnlabelledBatch
from bundle.losses import ConsistencyLoss
from bundle.networks import DeepAdaptiveGraph


class SemiSupervisedTrainer(SupervisedTrainer):
    """Trains a student on labelled batches as stage 1 does, on unlabelled ones against its teacher.

    Teacher and student see the same augmented film; Gaussian noise is added to the student's, clipped to [0, 1].
    `network` is the student.

    Args:
        teacher: gives the pseudo ground truth.
        consistency_loss: of an unlabelled batch; `loss_function` is that of a labelled one.
        noise_std: standard deviation of the noise (paper: 0.1).
        **settings: of MONAI's `SupervisedTrainer`; batches are those of `MixedBatches`.

    Raises:
        ConfigurationError: the loss compares feature maps and the teacher has none.
    """

    network: DeepAdaptiveGraph

    def __init__(self, teacher: Teacher, consistency_loss: ConsistencyLoss, noise_std: float, **settings: Any) -> None:
        if consistency_loss.w2 and not teacher.has_feature_map:
            raise ConfigurationError(
                f"w2 is {consistency_loss.w2}, but {type(teacher).__name__} has no feature map to compare; give --w2 0"
            )
        self.teacher = teacher
        self.consistency_loss = consistency_loss
        self.noise_std = noise_std
        super().__init__(**settings)

    def _iteration(self, engine: SupervisedTrainer, batchdata: TrainingBatch) -> dict[str, Any]:
        if isinstance(batchdata, UnlabelledBatch):
            output = self._unlabelled(batchdata)
        else:
            output = supervised_iteration(engine, batchdata)
        return {**output, **self.teacher.after_step(self.network, batchdata, output[Keys.PRED])}

    def _unlabelled(self, batch: UnlabelledBatch) -> dict[str, torch.Tensor]:
        device: torch.device = self.state.device
        batch = batch.to(device, non_blocking=self.non_blocking)
        image = batch.view.image
        with torch.no_grad(), torch.autocast(device.type, dtype=torch.bfloat16, enabled=self.amp):
            pseudo = self.teacher.pseudo_ground_truth(self.network, batch)
        pseudo = pseudo._replace(vertices=self.network.answered(pseudo.vertices))  # nobody knows the others
        noisy = (image + self.noise_std * torch.randn_like(image)).clamp(0, 1)
        if torch.isfinite(pseudo.vertices).any():
            output = training_step(self, noisy, lambda student: self.consistency_loss(student, *pseudo))
        else:
            output = self._look_only(noisy)
        if not torch.isfinite(output[Keys.PRED]).all():  # a broken network must not pass for a missing truth
            output[Keys.LOSS] = output[Keys.PRED].new_tensor(math.nan)
        return output

    @torch.no_grad()
    def _look_only(self, image: torch.Tensor) -> dict[str, torch.Tensor]:
        """Predict without a step: Adam would turn weight decay alone into steps of full length."""
        return {Keys.IMAGE: image, Keys.PRED: self.network.train().forward_training(image).vertices}
