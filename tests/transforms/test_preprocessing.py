# SPDX-License-Identifier: Apache-2.0
"""The one definition of how films are prepared, and its way through a card."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from bundle.errors import CheckpointError, ConfigurationError
from bundle.input_size import InputSize
from bundle.transforms import Preprocessing
from bundle.transforms.preprocessing import VERSION


def film(tmp_path: Path, width: int, height: int) -> tuple[Path, np.ndarray]:
    grey = np.random.default_rng(0).integers(0, 4000, (height, width)).astype(np.uint16)
    Image.fromarray(grey).save(tmp_path / "film.png")
    return tmp_path / "film.png", grey.T.astype(np.float64)


def prepared(file: Path, preprocessing: Preprocessing) -> torch.Tensor:
    return preprocessing({"image": str(file)})["image"]


@pytest.mark.parametrize("percentiles", [[0.5, 99.5], [0, 100], [20, 70]])
def test_pixels_are_those_computed_by_hand(tmp_path: Path, percentiles: list[float]):
    """A film of the square's own length is not resized, so every pixel is known."""
    file, grey = film(tmp_path, 64, 32)
    low, high = np.percentile(grey, percentiles)
    image = prepared(file, Preprocessing(64, percentiles))[0].numpy()
    assert image[:, 16:48] == pytest.approx(np.clip((grey - low) / (high - low), 0, 1), abs=1e-4)
    assert not image[:, :16].any() and not image[:, 48:].any()


def test_same_settings_give_the_pixels_that_this_version_gave(tmp_path: Path):
    """Where this fails for good reason, raise VERSION: weights trained on the pixels of before must be refused."""
    x, y = np.mgrid[:90, :120] / 40
    Image.fromarray(np.uint8(127 + 60 * np.sin(5 * x * y) + 60 * np.cos(3 * y))).save(tmp_path / "film.png")
    image = prepared(tmp_path / "film.png", Preprocessing(32, [0.5, 99.5]))[0]
    assert VERSION == 2
    expected = np.array(
        [[0.6988, 0.8862, 0.8344, 0.6075], [0.4283, 0.0180, 0.4708, 0.1685], [0.9704, 0.9770, 0.9626, 0.9271]]
    )
    assert image[3:30:9, 5:28:7].numpy() == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("size", [96, [64, 96]])
def test_a_card_gives_back_the_preprocessing(size: InputSize):
    trained = Preprocessing(size, [1, 90])
    applied = Preprocessing.of_card({"preprocessing": json.loads(json.dumps(trained.for_card()))}, "best.pt")
    assert (applied.image_size, applied.percentiles) == (size, [1.0, 90.0])


@pytest.mark.parametrize(
    "card",
    [
        {"image_size": 128},
        {"preprocessing": None},
        {"preprocessing": {"image_size": 128, "percentiles": [0.5, 99.5]}},
        {"preprocessing": {"version": VERSION, "image_size": 128}},
        {"preprocessing": {"version": VERSION, "image_size": "128", "percentiles": [0.5, 99.5]}},
        {"preprocessing": {"version": VERSION, "image_size": 128, "percentiles": [0.5, 99.5], "more": 1}},
    ],
)
def test_a_card_that_does_not_say_it_is_refused(card: dict[str, Any]):
    with pytest.raises(CheckpointError, match=r"best.pt: .* does not say how films were prepared .* train again"):
        Preprocessing.of_card(card, "best.pt")


def test_another_version_is_refused():
    card = {"preprocessing": {**Preprocessing(64, [0, 100]).for_card(), "version": VERSION + 1}}
    with pytest.raises(CheckpointError, match=r"prepared in another way .* train again"):
        Preprocessing.of_card(card, "best.pt")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        *(({"image_size": size}, "image_size is .* whole number") for size in (0, -32, 64.5, "64", True, None)),
        *(({"image_size": size}, r"or \[width, height\]") for size in ([], [64], [64, 0], [64, 96.0], [64, 64, 64])),
        *(
            ({"percentiles": values}, "percentiles is .* lower one first")
            for values in ([99.5, 0.5], [5, 5], [-1, 99], [1, 101], [1], [1, 2, 3], "1,99", 5, [1, "99"], [0, True])
        ),
    ],
)
def test_impossible_settings_are_refused(settings: dict[str, Any], said: str):
    with pytest.raises(ConfigurationError, match=said):
        Preprocessing(**{"image_size": 64, "percentiles": [0.5, 99.5], **settings})
