# SPDX-License-Identifier: Apache-2.0
"""Pi-model (Laine and Aila, ICLR 2017, arXiv 1610.02242): the student is its own teacher."""

from __future__ import annotations

from bundle.engines.teachers.teacher import PseudoGroundTruth, Teacher
from bundle.loading.unlabelled_batch import UnlabelledBatch
from bundle.networks import VertexNetwork


class PiModel(Teacher):
    """The student itself on the clean image, in training mode as on the noisy one.

    So its batch norm's running statistics see clean and noisy images alike.
    """

    def pseudo_ground_truth(self, student: VertexNetwork, batch: UnlabelledBatch) -> PseudoGroundTruth:
        """Answer with the student's prediction on the clean image."""
        output = student.train().forward_training(batch.view.image)
        return PseudoGroundTruth(output.vertices, output.feature_map)
