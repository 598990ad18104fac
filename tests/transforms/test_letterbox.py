# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import gc
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from monai.data import MetaTensor

from bundle.films.orientation import EXIF, Orientation
from bundle.films.radiograph_meta import radiograph_meta
from bundle.input_size import InputSize
from bundle.input_size import sides as input_sides
from bundle.transforms import Letterboxd, NormaliseLandmarksd, RestoreLandmarksd

sides = st.integers(20, 90)
multiples = st.sampled_from([32, 64, 96])
input_sizes = multiples | st.tuples(multiples, multiples).map(list)

STATUS = Path("/proc/self/status")


def film(width: int, height: int) -> MetaTensor:
    return MetaTensor(torch.rand(1, width, height), affine=torch.eye(4))


@settings(deadline=None, max_examples=30)
@given(sides, sides, input_sizes, st.integers(0, 1000))
def test_normalised_landmarks_come_back_to_the_film_exactly(width: int, height: int, size: InputSize, seed: int):
    label = np.random.default_rng(seed).uniform(-5, [width + 5, height + 5], (6, 2)).astype(np.float32)
    label[2] = np.nan
    item = Letterboxd("image", size)({"image": film(width, height), "label": label})
    restored = RestoreLandmarksd("label", size)(NormaliseLandmarksd("label", size)(item))
    np.testing.assert_allclose(restored["label"], label, atol=1e-3)
    assert item["image"].shape[1:] == input_sides(size)
    assert item["size"].tolist() == [width, height]


@pytest.mark.parametrize("orientation", EXIF.values())
def test_a_turned_film_keeps_its_landmarks_in_pixels_of_the_stored_image(orientation: Orientation):
    width, height, spot = 90, 50, (61, 12)
    stored = np.zeros((width, height), np.float32)
    stored[spot] = 1
    upright = orientation.turn(stored)
    turned = MetaTensor(torch.tensor(upright.copy())[None], meta=radiograph_meta(upright, orientation=orientation))
    item = Letterboxd("image", 90)({"image": turned, "label": np.array([spot], np.float32)})
    assert torch.equal((item["image"][0] == 1).nonzero()[0], item["label"][0].round().long())
    assert item["size"].tolist() == [width, height]
    assert torch.allclose(item["upright"], torch.tensor(np.linalg.inv(orientation.to_stored((width, height)))))
    restored = RestoreLandmarksd("label", 90)(NormaliseLandmarksd("label", 90)(item))
    np.testing.assert_allclose(restored["label"], [spot], atol=1e-3)


@pytest.mark.parametrize(("width", "height"), [(200, 100), (100, 200), (150, 150)])
def test_a_bright_spot_lands_where_its_landmark_lands(width: int, height: int):
    x, y = 61, 43
    grid = torch.meshgrid(torch.arange(width), torch.arange(height), indexing="ij")
    spot = torch.exp(-((grid[0] - x) ** 2 + (grid[1] - y) ** 2) / (2 * 6.0**2))
    item = Letterboxd("image", 64)({"image": MetaTensor(spot[None], affine=torch.eye(4)), "label": np.array([[x, y]])})
    square = item["image"][0]
    axis = torch.arange(64.0)
    centre = torch.stack([(square.sum(1) * axis).sum(), (square.sum(0) * axis).sum()]) / square.sum()
    assert torch.allclose(centre, item["label"][0], atol=0.1)


@pytest.mark.parametrize(
    ("size", "filled"),
    [(64, (64, 32)), ([64, 32], (64, 32)), ([64, 96], (64, 32)), ([32, 96], (32, 16)), ([96, 32], (64, 32))],
)
def test_proportions_are_kept_and_the_rest_is_padded(size: InputSize, filled: tuple[int, int]):
    item = Letterboxd("image", size)({"image": MetaTensor(torch.ones(1, 100, 50), affine=torch.eye(4))})
    image = item["image"][0] > 0
    assert tuple(image.shape) == input_sides(size)
    for axis, (pixels, whole) in enumerate(zip(filled, image.shape, strict=True)):
        row = image.any(1 - axis).nonzero().flatten()
        assert row.tolist() == list(range((whole - pixels) // 2, (whole + pixels) // 2))


@settings(deadline=None, max_examples=30)
@given(sides, sides, input_sizes)
def test_a_length_is_as_long_whatever_its_direction(width: int, height: int, size: InputSize):
    ends = np.array([[0, 0], [10, 0], [0, 10]], np.float32)
    item = Letterboxd("image", size)({"image": film(width, height), "label": ends})
    start, right, down = NormaliseLandmarksd("label", size)(item)["label"]
    # films are resized to whole pixels
    assert torch.dist(start, right) == pytest.approx(torch.dist(start, down).item(), rel=0.1)


def test_only_plain_tensors_come_out():
    spacing = np.array([0.1, 0.2], np.float32)
    item = Letterboxd("image", 32)({"image": film(40, 30), "spacing": spacing, "label": np.zeros((2, 2))})
    for key in ("image", "to_original", "size", "spacing", "label"):
        assert type(item[key]) is torch.Tensor


def memory(field: str) -> int:
    """Bytes that this process holds (VmRSS) or held at most since the last reset (VmHWM)."""
    (line,) = [line for line in STATUS.read_text().splitlines() if line.startswith(field)]
    return int(line.split()[1]) * 1024


def test_a_bright_spot_of_a_long_film_lands_where_its_landmark_lands() -> None:
    width, height, x, y = 7537, 200, 4321, 87
    columns, rows = torch.meshgrid(torch.arange(width), torch.arange(height), indexing="ij")
    spot = torch.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * 25.0**2))
    item = Letterboxd("image", 512)({"image": MetaTensor(spot[None], affine=torch.eye(4)), "label": np.array([[x, y]])})
    square, axis = item["image"][0], torch.arange(512.0)
    centre = torch.stack([(square.sum(1) * axis).sum(), (square.sum(0) * axis).sum()]) / square.sum()
    assert torch.allclose(centre, item["label"][0], atol=0.1)
    assert item["size"].tolist() == [width, height]


@pytest.mark.skipif(not STATUS.exists(), reason="memory is read from /proc, which only Linux has")
def test_a_long_film_takes_a_few_times_its_own_memory() -> None:
    film = MetaTensor(torch.rand(1, 16_000, 300), affine=torch.eye(4))
    letterbox = Letterboxd("image", 512)
    letterbox({"image": film[:, :7000]})
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # resets VmHWM
    before = memory("VmRSS")
    letterbox({"image": film})
    assert (memory("VmHWM") - before) / film.numel() < 8  # bytes a pixel; smoothing the whole film takes 80
