# SPDX-License-Identifier: Apache-2.0
"""A network from the card beside its weights, which is data: no name or expression in it is looked up or executed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bundle.errors import CheckpointError
from bundle.networks.deep_adaptive_graph import DeepAdaptiveGraph
from bundle.networks.hrnet import backbone as build_backbone
from bundle.networks.landmark_network import LandmarkNetwork
from bundle.networks.spatial_configuration_net import SpatialConfigurationNet
from bundle.networks.template_matching import TemplateMatching


def _deep_adaptive_graph(num_landmarks: int, *, backbone: str, **settings: Any) -> DeepAdaptiveGraph:
    return DeepAdaptiveGraph(num_landmarks, build_backbone(backbone), **settings)


def _template_matching(num_landmarks: int, *, backbone: str) -> TemplateMatching:
    return TemplateMatching(num_landmarks, build_backbone(backbone))


NETWORKS: dict[str, Callable[..., LandmarkNetwork]] = {
    "DeepAdaptiveGraph": _deep_adaptive_graph,
    "SpatialConfigurationNet": SpatialConfigurationNet,
    "TemplateMatching": _template_matching,
}


def network_from_card(card: Mapping[str, Any], weights: str | Path) -> LandmarkNetwork:
    """Build the network that a card describes, without its weights.

    Args:
        card: `landmarks`, their names, and `network`: the `name` of the architecture and its settings, plain values.
        weights: the weights file, named in an error.

    Raises:
        CheckpointError: the card describes no network of this bundle.
    """
    try:
        settings = dict(card["network"])
        return NETWORKS[settings.pop("name")](len(card["landmarks"]), **settings)
    except Exception as error:  # whatever a wrong value leads a network to
        raise CheckpointError(
            f"{weights}: the card beside it (.json) describes no network of this bundle "
            f"({type(error).__name__}: {str(error).splitlines()[0]}); copy both again from the run folder"
        ) from error
