# SPDX-License-Identifier: Apache-2.0
"""The loss of an unlabelled film: the student against the pseudo ground truth of its teacher."""

from __future__ import annotations

import torch
from torch import nn

from bundle.losses.jensen_shannon import JensenShannonLoss
from bundle.networks import VertexOutput

PSEUDO = "pseudo_"


class ConsistencyLoss(nn.Module):
    """Few-shot DAG, section 2.2: (1) + w1 * (2) with pseudo ground truth in place of the truth, + w2 * (3).

    Args:
        landmark_loss: that of labelled films, (1) + w1 * (2) of a graph.
        w2: weight of the Jensen-Shannon loss, equation (3); 0 leaves feature maps alone.
        js_reduction: see `JensenShannonLoss`.
    """

    def __init__(self, landmark_loss: nn.Module, w2: float = 1.0, js_reduction: str = "channel_mean") -> None:
        super().__init__()
        self.landmark_loss = landmark_loss
        self.js_loss = JensenShannonLoss(js_reduction)
        self.w2 = w2
        pseudo = [f"{PSEUDO}{term}" for term in landmark_loss.terms if term != "loss"]  # type: ignore[union-attr]
        self.terms = ("loss", *pseudo, *(["js_loss"] if w2 else []))

    def forward(
        self, student: VertexOutput, vertices: torch.Tensor, feature_map: torch.Tensor | None
    ) -> dict[str, torch.Tensor]:
        """Compute the loss and its terms.

        Args:
            student: of the network's `forward_training`.
            vertices: pseudo ground truth [B, K, 2] in [0, 1], NaN where there is none.
            feature_map: the teacher's [B, D, X', Y']; read only where w2 is not 0.

        Returns:
            Scalars `loss` (to minimise) and, unweighted, the terms of the landmark loss, such as `pseudo_local_loss`,
            and, where w2 is not 0, `js_loss`.

        Raises:
            ValueError: w2 is not 0 and there is no feature map, or shapes differ.
        """
        landmarks = self.landmark_loss(student, vertices)
        terms = {name if name == "loss" else f"{PSEUDO}{name}": term for name, term in landmarks.items()}
        if self.w2:
            if feature_map is None or student.feature_map is None:
                raise ValueError("the Jensen-Shannon loss needs two feature maps; w2 must be 0 without them")
            js_loss = self.js_loss(student.feature_map, feature_map)
            terms |= {"loss": terms["loss"] + self.w2 * js_loss, "js_loss": js_loss}
        return terms
