# SPDX-License-Identifier: Apache-2.0
"""Handlers by which an evaluator estimates confidence, or calibrates it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from ignite.engine import Engine, Events
from monai.engines.utils import IterationEvents
from monai.inferers import Inferer
from monai.utils.enums import CommonKeys as Keys

from bundle.confidence.calibration import Calibration, calibrate
from bundle.confidence.estimator import ConfidenceEstimator, save_estimator
from bundle.confidence.signals import Signals
from bundle.errors import ConfigurationError
from bundle.files import write_text
from bundle.networks import LandmarkNetwork
from bundle.networks.landmark_features import landmark_templates
from bundle.run_folder import CALIBRATION_REPORT

logger = logging.getLogger(__name__)

FEWEST_FILMS = 5

USELESS = 0.1
"""Rank correlation of expected with true errors from which on down they tell nothing."""


class LookInferer(Inferer):
    """Inferer of a network whose confidence is estimated or calibrated: its answer together with what it saw."""

    def __call__(self, inputs: torch.Tensor, network: Any, *_args: Any, **_kwargs: Any) -> Any:
        """Return what `LandmarkNetwork.look` does; a handler of this module leaves the answer alone."""
        return network.look(inputs)


class EstimateConfidence:
    """Add to an evaluator's output what `ConfidenceEstimator` returns, before it is decollated and post-processed.

    The evaluator's inferer is a `LookInferer`.

    Args:
        estimator: calibrated for the evaluator's network.
    """

    def __init__(self, estimator: ConfidenceEstimator) -> None:
        self.estimator = estimator

    def attach(self, engine: Engine) -> None:
        """Attach to the evaluator."""
        engine.add_event_handler(IterationEvents.FORWARD_COMPLETED, self)

    def __call__(self, engine: Engine) -> None:
        """Estimate the batch at hand."""
        output: Any = engine.state.output
        look = output[Keys.PRED]
        output.update({Keys.PRED: look.vertices, **self.estimator(output[Keys.IMAGE], look)})


class Calibrate:
    """Calibrate an estimator on an evaluator's films, save it beside the weights, and report in `calibration.json`.

    The evaluator's inferer is a `LookInferer`.

    Args:
        network: the evaluator's network.
        views: V rows of numbers, see `bundle.confidence.views.View`; for a network that does not tell its spread.
        films: the labelled films that the network was trained on, see `landmark_templates`.
        weights: weights file of the network.
        output_dir: folder of the report.
        review_share: share of the films with the largest expected errors that are to be reviewed.
        unlikeness_margin: how many times the largest unlikeness of these films is still accepted.
    """

    def __init__(
        self,
        network: LandmarkNetwork,
        views: Sequence[Sequence[float]],
        films: Iterable[Mapping[str, Any]],
        weights: str | Path,
        output_dir: str | Path,
        review_share: float,
        unlikeness_margin: float,
    ) -> None:
        self.network = network
        self.views = views
        self.films = films
        self.weights = weights
        self.output_dir = Path(output_dir)
        self.review_share = review_share
        self.unlikeness_margin = unlikeness_margin

    def attach(self, engine: Engine) -> None:
        """Attach to the evaluator, whose labels are in [0, 1] of the image until they are post-processed."""
        engine.add_event_handler(Events.STARTED, self._start)
        engine.add_event_handler(IterationEvents.FORWARD_COMPLETED, self._gather)
        engine.add_event_handler(Events.COMPLETED, self)

    def __call__(self, engine: Engine) -> None:
        """Fit, save and report.

        Raises:
            ConfigurationError: too few films have landmarks.
        """
        learned = self.network.learned.cpu().numpy()
        signals, errors = (np.concatenate(batches)[:, learned] for batches in (self._signals, self._errors))
        labelled = np.isfinite(errors).any(axis=1)
        if labelled.sum() < FEWEST_FILMS:
            raise ConfigurationError(
                f"only {labelled.sum()} labelled validation films; calibration needs {FEWEST_FILMS} or more "
                "that the network was not trained on, add them to validation in dataset.json"
            )
        calibration = calibrate(signals[labelled], errors[labelled])
        self._set(calibration, signals[labelled][..., Signals._fields.index("unlikeness")])
        save_estimator(self.estimator, self.weights)
        self._report(calibration, int(labelled.sum()))

    def _start(self, _engine: Engine) -> None:
        views = torch.tensor([] if self.network.tells_spread else self.views, dtype=torch.float32)
        estimator = ConfidenceEstimator(self.network, views, landmark_templates(self.network, self.films))
        self.estimator = estimator.to(self.network.mean_shape.device)
        self._signals: list[np.ndarray] = []
        self._errors: list[np.ndarray] = []

    def _gather(self, engine: Engine) -> None:
        output: Any = engine.state.output
        look = output[Keys.PRED]
        output[Keys.PRED] = look.vertices
        signals = torch.stack(self.estimator.signals(output[Keys.IMAGE], look), dim=-1)
        self._signals.append(signals.cpu().double().numpy())
        self._errors.append((output[Keys.PRED] - output[Keys.LABEL]).norm(dim=-1).cpu().double().numpy())

    def _set(self, calibration: Calibration, unlikeness: np.ndarray) -> None:
        limit = np.quantile(calibration.expected.mean(axis=1), 1 - self.review_share)
        estimator = self.estimator
        estimator.weights.copy_(torch.as_tensor(calibration.weights))
        estimator.error_limit.fill_(float(limit))
        estimator.unlikeness_limit.fill_(float(self.unlikeness_margin * unlikeness.mean(axis=1).max()))

    def _report(self, calibration: Calibration, films: int) -> None:
        limit = float(self.estimator.error_limit)
        report = {
            "films": films,
            "signals": list(calibration.signals),
            "rank_correlations": {name: round(value, 4) for name, value in calibration.rank_correlations.items()},
            "error_limit": limit,
            "unlikeness_limit": float(self.estimator.unlikeness_limit),
        }
        write_text(self.output_dir / CALIBRATION_REPORT, json.dumps(report, indent=2) + "\n")
        ranking = max(calibration.rank_correlations.values())
        logger.info(
            f"calibrated on {films} films by {' + '.join(calibration.signals)} (rank correlation with the true errors "
            f"{ranking:.2f}); a film is reviewed from a mean expected error of {100 * limit:.2f} % of "
            "its longest side on"
        )
        if ranking < USELESS:
            logger.warning(
                f"the expected errors do not tell large errors from small ones (rank correlation {ranking:.2f}), so "
                "that 'accept' means nothing: train until the network is exact, or give more validation films"
            )
