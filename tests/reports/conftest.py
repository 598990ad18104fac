# SPDX-License-Identifier: Apache-2.0
"""Films and prediction records for the tests of the reports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

NAMES = ["left hip", "right hip", "symphysis, pubic"]


@pytest.fixture
def names() -> list[str]:
    """Landmark names, one of which needs quoting in CSV."""
    return list(NAMES)


@pytest.fixture
def records(tmp_path: Path) -> list[dict[str, Any]]:
    """Ten films of 120 x 90 pixels at 0.5 mm; all landmarks of film i miss by (0, i) pixels, one label is missing."""
    grey = np.random.default_rng(0).integers(40, 200, (90, 120)).astype(np.uint8)
    label = np.array([[30, 40], [90, 40], [60, 60]], dtype=np.float32)
    films = []
    for index in range(10):
        image = tmp_path / "films" / f"film_{index}.png"
        image.parent.mkdir(exist_ok=True)
        Image.fromarray(grey).save(image)
        films.append(
            {
                "name": f"films/{image.name}",
                "image": str(image),
                "landmarks": label + np.array([0, index], dtype=np.float32),
                "label": label.copy(),
                "spacing": np.array([0.5, 0.5], dtype=np.float32),
                "size": (120, 90),
            }
        )
    films[3]["label"][1] = np.nan
    return films
