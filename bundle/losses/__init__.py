# SPDX-License-Identifier: Apache-2.0
"""Losses: the paper's equations (1) to (3), and their sum on unlabelled films."""

from bundle.losses.consistency import ConsistencyLoss
from bundle.losses.deep_adaptive_graph_loss import DeepAdaptiveGraphLoss, GlobalLoss, LocalLoss
from bundle.losses.jensen_shannon import JensenShannonLoss

__all__ = ["ConsistencyLoss", "DeepAdaptiveGraphLoss", "GlobalLoss", "JensenShannonLoss", "LocalLoss"]
