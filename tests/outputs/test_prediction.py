# SPDX-License-Identifier: Apache-2.0
"""Which landmarks of a prediction lie on the film."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from bundle.outputs.prediction import Prediction


def test_landmarks_on_and_off_the_film(predict: Callable[..., Prediction]) -> None:
    landmarks = np.array([[10, 20], [80, 5], [np.nan, np.nan]], dtype=np.float32)
    prediction = predict(Path("film.dcm"), landmarks=landmarks)
    ((name, point),) = prediction.on_film()
    assert (name, point.tolist()) == ("left hip", [10, 20])
    assert prediction.off_film() == ["right hip"]
