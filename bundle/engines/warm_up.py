# SPDX-License-Identifier: Apache-2.0
"""The warm-up: a backbone learns, from films without landmarks, to tell the places of a film apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from ignite.engine import Engine, Events
from monai.engines import SupervisedTrainer
from monai.utils.enums import CommonKeys as Keys
from torch.nn.utils import convert_conv2d_weight_memory_format

from bundle.engines.weights import read_weights
from bundle.errors import CheckpointError
from bundle.loading.unlabelled_batch import UnlabelledBatch
from bundle.loading.unlabelled_films import UnlabelledFilms
from bundle.networks import TemplateMatching, network_from_card
from bundle.transforms import Preprocessing

MARGIN = 0.1  # of the landmarks' bounding box, where points are drawn: in sides of the image


class WarmUpTrainer(SupervisedTrainer):
    """Trains the backbone of a `TemplateMatching` to find random points of a film in another view of it.

    Its `loss_function` is a `PointContrastLoss`; batches are an `UnlabelledBatch` each, of two views.

    Args:
        points: number of points a film, drawn in the bounding box of the mean shape and a little around it.
        **settings: of MONAI's `SupervisedTrainer`.
    """

    network: TemplateMatching

    def __init__(self, points: int, **settings: Any) -> None:
        self.points = points
        super().__init__(**settings)

    def _iteration(  # type: ignore[override]  # MONAI's batches are dictionaries
        self, engine: SupervisedTrainer, batchdata: UnlabelledBatch
    ) -> dict[str, Any]:
        device: torch.device = self.state.device
        first, second = (view.image.to(device) for view in batchdata.views)
        points = self._draw_points(len(first))
        seen_at = [view.deformation.move(points).to(device) for view in batchdata.views]
        self.network.train()
        self.optimizer.zero_grad(set_to_none=True)
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=self.amp):
            features = self.network.backbone(torch.cat([first, second]))
        terms = self.loss_function(*features.float().chunk(2), *seen_at)
        terms[Keys.LOSS].backward()
        self.optimizer.step()
        return {Keys.IMAGE: first, **{name: term.detach() for name, term in terms.items()}}

    def _draw_points(self, films: int) -> torch.Tensor:
        """[B, N, 2] in [0, 1] of the films before they were deformed."""
        shape = self.network.start_shape.cpu()
        low, high = shape.amin(dim=0) - MARGIN, shape.amax(dim=0) + MARGIN
        return low + (high - low) * torch.rand(films, self.points, 2)


class LearnTemplates:
    """At the end of each epoch, takes the templates from the labelled films as the backbone then sees them.

    Args:
        network: whose backbone is in training.
        films: the drawn films, as `TemplateMatching.learn_templates` takes them.
    """

    def __init__(self, network: TemplateMatching, films: Iterable[Mapping[str, Any]]) -> None:
        self.network = network
        self.films = films

    def attach(self, engine: Engine) -> None:
        """Attach to the trainer; an epoch's last iteration comes before its validation."""
        engine.add_event_handler(Events.ITERATION_COMPLETED(event_filter=_last_of_epoch), self)

    def __call__(self, engine: Engine) -> None:
        """Learn the templates."""
        self.network.learn_templates(self.films)


def _last_of_epoch(engine: Engine, iteration: int) -> bool:
    return engine.state.epoch_length is not None and iteration % engine.state.epoch_length == 0


class ReportUnreadable:
    """Lets `UnlabelledFilms` log which films could not be read.

    Args:
        films: the dataset.
    """

    def __init__(self, films: UnlabelledFilms) -> None:
        self.films = films

    def attach(self, engine: Engine) -> None:
        """Attach to a trainer whose batches are an `UnlabelledBatch` each."""
        engine.add_event_handler(Events.ITERATION_STARTED, self)

    def __call__(self, engine: Engine) -> None:
        """Report on the batch at hand."""
        batch: Any = engine.state.batch
        self.films.report(batch.unreadable)


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
        card: settings of this run, which those of the warm-up have to agree with.
        device: where the network is to be.
        scales: each as `TemplateMatching` takes it.

    Returns:
        A matching for each scale; they share the backbone.

    Raises:
        CheckpointError: there is no such run, or it is of other landmarks, network or preprocessing.
    """
    weights = Path(warm_up) / "best.pt"
    read = read_weights(weights)
    theirs = read.card
    network = network_from_card(theirs, weights)
    if not isinstance(network, TemplateMatching):
        raise CheckpointError(f"{weights}: is of no warm-up; run configs/warm_up.json and give its folder as --warm_up")
    prepared = Preprocessing.of_card(theirs, weights).for_card()
    for name, ours in {**card["preprocessing"], "backbone": card["network"]["backbone"]}.items():
        other = {**prepared, **theirs["network"]}[name]
        if other != ours:
            raise CheckpointError(
                f"{weights}: the warm-up was run with {name} {other}, this run has {ours}; "
                f"give --{name} {other}, or the --warm_up of another run"
            )
    read.require_landmarks(card["landmarks"])
    read.load_into(network)
    # a CPU matches in a quarter less time (benchmarks/matching_speed.py)
    convert_conv2d_weight_memory_format(network.to(device), torch.channels_last)
    matchings = [network.at_scale(scale) for scale in scales]
    for matching in matchings:
        matching.learn_templates(films)
    return matchings
