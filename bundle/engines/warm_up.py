# SPDX-License-Identifier: Apache-2.0
"""The warm-up: a backbone learns, from films without landmarks, to tell the places of a film apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import torch
from ignite.engine import Engine, Events
from monai.engines import SupervisedTrainer
from monai.utils.enums import CommonKeys as Keys
from torch.nn.utils import convert_conv2d_weight_memory_format

from bundle.engines.landmark_trainer import LandmarkTrainer
from bundle.engines.weights import read_weights
from bundle.errors import CheckpointError
from bundle.loading.unlabelled_batch import UnlabelledBatch
from bundle.networks import LandmarkNetwork, TemplateMatching, WindowMatching, network_from_card
from bundle.run_folder import BEST

Network = TypeVar("Network", bound=LandmarkNetwork)
MARGIN = 0.1  # of the landmarks' bounding box, where points are drawn: in sides of the image


class WarmUpTrainer(LandmarkTrainer):
    """Trains the backbone of a `TemplateMatching` to find random points of a film in another view of it.

    At the end of each epoch, before it is validated, it takes the templates from the labelled films as the backbone
    then sees them. Films that could not be read are reported as they are passed over.

    Args:
        points: number of points a film, drawn in the bounding box of the mean shape and a little around it.
        labelled: the drawn films, as `TemplateMatching.learn_templates` takes them.
        **settings: of `LandmarkTrainer`; `loss_function` is a `PointContrastLoss`, batches have two views of each film.
    """

    network: TemplateMatching

    def __init__(self, points: int, labelled: Iterable[Mapping[str, Any]], **settings: Any) -> None:
        self.points = points
        super().__init__(**settings)
        self.add_event_handler(
            Events.ITERATION_COMPLETED(event_filter=_last_of_epoch), lambda: self.network.learn_templates(labelled)
        )

    def _iteration(  # type: ignore[override]  # MONAI's batches are dictionaries
        self, engine: SupervisedTrainer, batchdata: UnlabelledBatch
    ) -> dict[str, Any]:
        films: Any = self.datasets[0]
        films.report(batchdata.unreadable)
        device: torch.device = self.state.device
        first, second = (view.image.to(device) for view in batchdata.views)
        points = self._draw_points(len(first))
        seen_at = [view.deformation.move(points).to(device) for view in batchdata.views]
        self.network.train()
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=self.amp):
            features = self.network.backbone(torch.cat([first, second]))
        return {Keys.IMAGE: first, **self._descend(self.loss_function(*features.float().chunk(2), *seen_at))}

    def _draw_points(self, films: int) -> torch.Tensor:
        """[B, N, 2] in [0, 1] of the films before they were deformed."""
        shape = self.network.start_shape.cpu()
        low, high = shape.amin(dim=0) - MARGIN, shape.amax(dim=0) + MARGIN
        return low + (high - low) * torch.rand(films, self.points, 2)


def _last_of_epoch(engine: Engine, iteration: int) -> bool:
    return engine.state.epoch_length is not None and iteration % engine.state.epoch_length == 0


def warmed_up(
    warm_up: str | Path,
    films: Iterable[Mapping[str, Any]],
    card: Mapping[str, Any],
    device: torch.device,
    scales: Iterable[int],
) -> list[TemplateMatching]:
    """Load the network of a warm-up and let it learn the templates of these films at each scale.

    Args:
        warm_up: run folder of the warm-up.
        films: the drawn films, as `TemplateMatching.learn_templates` takes them.
        card: that of this run, whose landmarks, preprocessing and backbone those of the warm-up have to be.
        device: where the network is to be.
        scales: each as `TemplateMatching` takes it.

    Returns:
        A matching for each scale; they share the backbone.

    Raises:
        CheckpointError: there is no such run, or it is of other landmarks, network or preprocessing.
    """
    expected = {**card["preprocessing"], "backbone": card["network"]["backbone"]}
    network = _warmed(warm_up, TemplateMatching, card, expected, "warm_up")
    # a CPU matches in a quarter less time (benchmarks/matching_speed.py)
    convert_conv2d_weight_memory_format(network.to(device), torch.channels_last)
    matchings = [network.at_scale(scale) for scale in scales]
    for matching in matchings:
        matching.learn_templates(films)
    return matchings


def warmed_up_windows(
    warm_up: str | Path, films: Iterable[Mapping[str, Any]], card: Mapping[str, Any], device: torch.device
) -> WindowMatching:
    """Load the encoder of a warm-up of windows and let it learn the templates of these films.

    Arguments and errors are those of `warmed_up`.
    """
    network = _warmed(warm_up, WindowMatching, card, card["preprocessing"], "warm_up_windows")
    convert_conv2d_weight_memory_format(network.to(device), torch.channels_last)
    network.learn_templates(films)
    return network


def _warmed(
    warm_up: str | Path, kind: type[Network], card: Mapping[str, Any], expected: Mapping[str, Any], config: str
) -> Network:
    weights = Path(warm_up) / BEST
    read = read_weights(weights)
    network = network_from_card(read.card, weights)
    if not isinstance(network, kind):
        raise CheckpointError(
            f"{weights}: is of no warm-up; run configs/{config}.yaml and give its folder as --warm_up"
        )
    read.require_same(expected, card["landmarks"], "the warm-up was run", "warm_up")
    read.load_into(network)
    return network


def warm_up_sha256(warm_up: str | Path) -> str:
    """SHA-256 of the weights of a warm-up, by which a stage 2 knows its own again.

    Raises:
        CheckpointError: there is no such run.
    """
    return read_weights(Path(warm_up) / BEST).sha256
