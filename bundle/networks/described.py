# SPDX-License-Identifier: Apache-2.0
"""A network from the card beside its weights, which is data: no name or expression in it is looked up or executed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bundle.errors import CheckpointError
from bundle.networks.deep_adaptive_graph import DeepAdaptiveGraph
from bundle.networks.landmark_network import LandmarkNetwork
from bundle.networks.part_graph import PartGraph
from bundle.networks.spatial_configuration_net import SpatialConfigurationNet
from bundle.networks.template_matching import TemplateMatching
from bundle.networks.window_matching import WindowMatching
from bundle.networks.windowed_graph import WindowedGraph

NETWORKS: dict[str, type[LandmarkNetwork]] = {
    network.__name__: network
    for network in (
        DeepAdaptiveGraph,
        PartGraph,
        SpatialConfigurationNet,
        TemplateMatching,
        WindowMatching,
        WindowedGraph,
    )
}


def network_from_card(card: Mapping[str, Any], weights: str | Path) -> LandmarkNetwork:
    """Build the network that a card describes, without its weights.

    Args:
        card: `landmarks`, their names, and `network`, what `LandmarkNetwork.settings` said of it.
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
            f"({type(error).__name__}: {str(error).splitlines()[0]}); copy both again from the run folder, or train "
            "again if they are of an earlier version"
        ) from error
