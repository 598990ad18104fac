# SPDX-License-Identifier: Apache-2.0
"""Stage 2: one trainer for every method; they differ in the teacher alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from monai.engines import SupervisedTrainer
from monai.utils.enums import CommonKeys as Keys
from torch import nn
from torch.utils.data import Dataset

from bundle.engines.landmark_trainer import LandmarkTrainer
from bundle.engines.teachers import Teacher
from bundle.errors import ConfigurationError
from bundle.loading.mixed_batches import MixedBatches, TrainingBatch
from bundle.loading.unlabelled_batch import UnlabelledBatch
from bundle.losses import ConsistencyLoss
from bundle.networks import TrainingOutput, VertexNetwork

MODELS = ("teacher", "student")


class SemiSupervisedTrainer(LandmarkTrainer):
    """Trains a student on labelled batches as stage 1 does, on unlabelled ones against its teacher.

    Teacher and student see the same augmented film; Gaussian noise is added to the student's, clipped to [0, 1].
    `network` is the student.

    Args:
        teacher: gives the pseudo ground truth.
        consistency_loss: of an unlabelled batch; `loss_function` is that of a labelled one.
        noise_std: standard deviation of the noise (paper: 0.1).
        model: "teacher" or "student": whose network is the model, fixed before the run.
        **settings: of `LandmarkTrainer`; `train_data_loader` is a `MixedBatches`.

    Raises:
        ConfigurationError: the loss compares feature maps and there is none; there is no such model, the teacher has no
            network of its own that learns, or the network is none that can be taught.
    """

    network: VertexNetwork
    data_loader: MixedBatches

    def __init__(
        self, teacher: Teacher, consistency_loss: ConsistencyLoss, noise_std: float, model: str, **settings: Any
    ) -> None:
        if model not in MODELS:
            raise ConfigurationError(f"model is {model!r}; choose one of {', '.join(MODELS)}")
        if model == "teacher" and teacher.network is None:
            raise ConfigurationError(
                f"model is 'teacher', but {type(teacher).__name__} has no network of its own that learns; "
                "give --model student"
            )
        student = settings["network"]
        if not isinstance(student, VertexNetwork):
            raise ConfigurationError(
                f"stage 2 trains no {type(student).__name__}; leave out its overlay in both stages, such as "
                "configs/methods/spatial_configuration_net.yaml"
            )
        for compared in (teacher, student) if consistency_loss.w2 else ():
            if not compared.has_feature_map:
                raise ConfigurationError(
                    f"w2 is {consistency_loss.w2}, but {type(compared).__name__} has no feature map to compare; "
                    "give --w2 0"
                )
        self.teacher = teacher
        self.consistency_loss = consistency_loss
        self.noise_std = noise_std
        self.model_is = model
        super().__init__(**settings)
        self.data_loader.attach(self)

    @property
    def networks(self) -> dict[str, nn.Module]:
        """The networks that learn, by "student" and "teacher"; of most teachers the student alone."""
        teacher = {} if self.teacher.network is None else {"teacher": self.teacher.network}
        return {"student": self.network, **teacher}

    @property
    def model(self) -> nn.Module:
        """The network that leaves the run."""
        return self.networks[self.model_is]

    @property
    def terms(self) -> Sequence[str]:
        """Names of the numbers that a step puts out: of a labelled batch, of an unlabelled one, of the teacher."""
        return list(dict.fromkeys([*super().terms, *self.consistency_loss.terms, *self.teacher.figures]))

    @property
    def datasets(self) -> list[Dataset]:
        """The datasets whose transforms draw."""
        return self.data_loader.datasets

    def parts(self) -> dict[str, Any]:
        """All that has a state."""
        return {**super().parts(), "teacher": self.teacher}

    def _iteration(self, engine: SupervisedTrainer, batchdata: TrainingBatch) -> dict[str, Any]:
        if isinstance(batchdata, UnlabelledBatch):
            output = self._unlabelled(batchdata)
        else:
            output = super()._iteration(engine, batchdata)
        return {**output, **self.teacher.after_step(self.network, batchdata, output.get(Keys.PRED))}

    def _unlabelled(self, batch: UnlabelledBatch) -> dict[str, torch.Tensor]:
        device: torch.device = self.state.device
        batch = batch.to(device, non_blocking=self.non_blocking)
        image = batch.view.image
        with torch.no_grad(), torch.autocast(device.type, dtype=torch.bfloat16, enabled=self.amp):
            pseudo = self.teacher.pseudo_ground_truth(self.network, batch)
        pseudo = pseudo._replace(vertices=self.network.answered(pseudo.vertices))  # nobody knows the others
        noisy = (image + self.noise_std * torch.randn_like(image)).clamp(0, 1)
        if torch.isfinite(pseudo.vertices).any():
            return self._step(noisy, lambda student: self.consistency_loss(student, *pseudo))
        return self._look_only(noisy)

    @torch.no_grad()
    def _look_only(self, image: torch.Tensor) -> dict[str, torch.Tensor]:
        """Predict without a step: Adam would turn weight decay alone into steps of full length."""
        output = self.network.train().forward_training(image)
        found = {Keys.IMAGE: image, **self._prediction(output)}
        if not torch.isfinite(output.vertices).all():  # a broken network must not pass for a missing truth
            found[Keys.LOSS] = output.vertices.new_tensor(math.nan)
        return found

    def _prediction(self, output: TrainingOutput) -> dict[str, torch.Tensor]:
        """The landmarks, for a teacher that remembers them; finding them may take longer than the step."""
        return {Keys.PRED: output.vertices.detach()} if self.teacher.remembers_predictions else {}
