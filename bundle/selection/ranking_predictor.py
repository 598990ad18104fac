# SPDX-License-Identifier: Apache-2.0
"""A model that says of every film how sure it is, calibrated or not."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import yaml

from bundle.confidence import spread_estimator
from bundle.predictor import Predictor
from bundle.workflow import ROOT

_VIEWS = 4
"""Of those that calibration compares, for a model that is not calibrated: each costs a pass of the network."""


class RankingPredictor(NamedTuple):
    """A model whose records can be ranked.

    Attributes:
        predictor: It.
        calibrated: Whether it expects errors; else what it expects is the spread of its answers.
    """

    predictor: Predictor
    calibrated: bool


def load_ranking_predictor(run: Path) -> RankingPredictor:
    """Load the model of a run.

    Raises:
        CheckpointError: it cannot be used.
    """
    predictor = Predictor(run, measurements=[])
    calibrated = predictor.estimator is not None
    if not calibrated:
        predictor.estimator = spread_estimator(predictor.network, _views())
    return RankingPredictor(predictor, calibrated)


def _views() -> list[list[float]]:
    config = yaml.safe_load((Path(ROOT) / "configs" / "calibrate.yaml").read_text(encoding="utf-8"))
    return [list(map(float, view)) for view in config["views"][:_VIEWS]]
