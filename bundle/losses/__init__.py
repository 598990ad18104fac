# SPDX-License-Identifier: Apache-2.0
"""Losses: the paper's equations (1) and (2)."""

from bundle.losses.deep_adaptive_graph_loss import DeepAdaptiveGraphLoss, GlobalLoss, LocalLoss

__all__ = ["DeepAdaptiveGraphLoss", "GlobalLoss", "LocalLoss"]
