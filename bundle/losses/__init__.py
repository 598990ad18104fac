# SPDX-License-Identifier: Apache-2.0
"""Losses: the paper's equations (1) to (3), their sum on unlabelled films, the warm-up's, other networks'."""

from bundle.losses.consistency import ConsistencyLoss
from bundle.losses.deep_adaptive_graph_loss import DeepAdaptiveGraphLoss, GlobalLoss, LocalLoss
from bundle.losses.heatmap_loss import HeatmapLoss
from bundle.losses.jensen_shannon import JensenShannonLoss
from bundle.losses.part_loss import PartLoss
from bundle.losses.point_contrast import PointContrastLoss
from bundle.losses.window_loss import WindowLoss

__all__ = [
    "ConsistencyLoss",
    "DeepAdaptiveGraphLoss",
    "GlobalLoss",
    "HeatmapLoss",
    "JensenShannonLoss",
    "LocalLoss",
    "PartLoss",
    "PointContrastLoss",
    "WindowLoss",
]
