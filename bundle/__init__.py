# SPDX-License-Identifier: Apache-2.0
"""Few-shot landmark localization for radiographs: the Python that the bundle's configs name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bundle.predictor import Predictor

__version__ = "0.1.0"


def load_predictor(model: str | Path, **settings: Any) -> Predictor:
    """Load a trained model, which is then called with films; see `bundle.predictor`.

    Args:
        model: folder of `bundle train`, output_dir of a training, or a weights file with its card beside it.
        **settings: of `bundle.predictor.Predictor`: `device`, `batch_size`, `measurements`.

    Raises:
        CheckpointError: the model cannot be used.
        ConfigurationError: a setting cannot be used.
    """
    from bundle.predictor import Predictor

    predictor = Predictor(model, **settings)
    predictor.estimator  # noqa: B018  # whatever is wrong with it is said now, not at the first film
    return predictor
