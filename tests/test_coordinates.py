# SPDX-License-Identifier: Apache-2.0
"""Tests of the conversions to the coordinates of other worlds: round trips, and one known point of each world."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from bundle import coordinates

SIZE = (640, 480)
SPACING, ORIGIN = (0.2, 0.3, 1.0), (-10.0, 20.0, 5.0)

# A film seen from the front: columns run to the patient's left, rows to the feet.
FRONTAL = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])

points = arrays(
    np.float64,
    array_shapes(min_dims=1, max_dims=2, max_side=4).map(lambda shape: (*shape, 2)),
    elements=st.floats(-1e4, 1e4),
).flatmap(
    lambda array: arrays(bool, array.shape[:-1]).map(lambda missing: np.where(missing[..., None], np.nan, array)),
)

ROUND_TRIPS = {
    "scoord": (coordinates.to_scoord, coordinates.from_scoord),
    "labelme": (coordinates.to_labelme, coordinates.from_labelme),
    "corner": (coordinates.to_corner, coordinates.from_corner),
    "fractions": (
        lambda array: coordinates.to_fractions(array, SIZE),
        lambda array: coordinates.from_fractions(array, SIZE),
    ),
    "tps": (lambda array: coordinates.to_tps(array, SIZE[1]), lambda array: coordinates.from_tps(array, SIZE[1])),
    "coco": (coordinates.to_coco, coordinates.from_coco),
    "slicer": (
        lambda array: coordinates.to_slicer(array, SPACING, ORIGIN, FRONTAL),
        lambda array: coordinates.from_slicer(array, SPACING, ORIGIN, FRONTAL),
    ),
}


@pytest.mark.parametrize("world", ROUND_TRIPS)
@settings(deadline=None, max_examples=50)
@given(array=points)
def test_there_and_back_again(world, array) -> None:
    there, back = ROUND_TRIPS[world]
    returned = back(there(array))
    assert returned.shape == array.shape
    np.testing.assert_allclose(returned, array, atol=1e-8)


@settings(deadline=None, max_examples=50)
@given(array=points)
def test_what_is_in_the_image_is_what_dicom_allows(array) -> None:
    inside = coordinates.in_image(array, SIZE)
    assert inside.shape == array.shape[:-1]
    allowed = [
        all(0 <= value <= side for value, side in zip(pair, SIZE, strict=True)) for pair in array.reshape(-1, 2) + 0.5
    ]
    assert inside.ravel().tolist() == allowed


def test_the_edges_of_the_image_are_in_it() -> None:
    edges = [[-0.5, -0.5], [639.5, 479.5], [-0.51, 0], [0, 479.51], [np.nan, 0]]
    assert coordinates.in_image(edges, SIZE).tolist() == [True, True, False, False, False]


def test_the_first_pixel_s_centre_in_every_world() -> None:
    centre = [[0.0, 0.0]]
    np.testing.assert_array_equal(coordinates.to_scoord(centre), [[0.5, 0.5]])
    np.testing.assert_array_equal(coordinates.to_labelme(centre), [[0.5, 0.5]])
    np.testing.assert_array_equal(coordinates.to_corner(centre), [[0.5, 0.5]])
    np.testing.assert_array_equal(coordinates.to_fractions(centre, (5, 2)), [[0.1, 0.25]])
    np.testing.assert_array_equal(coordinates.to_tps(centre, 480), [[0.5, 479.5]])
    np.testing.assert_array_equal(coordinates.to_coco(centre), [[0, 0, 2]])
    np.testing.assert_array_equal(coordinates.to_slicer(centre, SPACING, ORIGIN, FRONTAL), [ORIGIN])


def test_slicer_positions_follow_spacing_and_direction() -> None:
    position = coordinates.to_slicer([[10.0, 100.0]], SPACING, ORIGIN, FRONTAL)
    np.testing.assert_allclose(position, [[-10 + 10 * 0.2, 20, 5 - 100 * 0.3]])


def test_a_slicer_position_off_the_plane_is_projected() -> None:
    position = coordinates.to_slicer([[10.0, 100.0]], SPACING, ORIGIN, FRONTAL) + 7 * FRONTAL[:, 2]
    np.testing.assert_allclose(coordinates.from_slicer(position, SPACING, ORIGIN, FRONTAL), [[10, 100]])


@pytest.mark.parametrize(("visibility", "missing"), [(0, True), (-1, True), (1, False), (2, False)])
def test_coco_visibility(visibility, missing) -> None:
    converted = coordinates.from_coco([[3.0, 4.0, visibility]])
    assert np.isnan(converted).all() if missing else (converted == [[3, 4]]).all()


def test_a_missing_coco_keypoint_is_three_zeros() -> None:
    np.testing.assert_array_equal(coordinates.to_coco([[np.nan, np.nan]]), [[0, 0, 0]])


@settings(deadline=None, max_examples=30)
@given(x=st.integers(0, 6), y=st.integers(0, 4))
def test_grid_sample_reads_the_pixel_that_a_landmark_indexes(x, y) -> None:
    image = torch.arange(35, dtype=torch.float64).reshape(1, 1, 7, 5)
    landmark = torch.tensor([[[[x, y]]]], dtype=torch.float64)
    for grid in (
        coordinates.to_grid(coordinates.to_normalized(landmark, (7, 5)), (7, 5)),
        coordinates.indices_to_grid(landmark, (7, 5)),
    ):
        sampled = torch.nn.functional.grid_sample(image, grid, align_corners=True)
        assert sampled.item() == pytest.approx(image[0, 0, x, y].item())


sides = st.integers(2, 6000)


@settings(deadline=None, max_examples=50)
@given(array=points, size=st.tuples(sides, sides))
def test_what_networks_see_and_back_again(array, size) -> None:
    landmarks = torch.from_numpy(array)
    seen = coordinates.to_normalized(landmarks, size)
    torch.testing.assert_close(coordinates.from_normalized(seen, size), landmarks, equal_nan=True)
    torch.testing.assert_close(seen, coordinates.to_normalized(landmarks, max(size)), rtol=0, atol=0, equal_nan=True)


@settings(deadline=None, max_examples=50)
@given(size=st.tuples(sides, sides), angle=st.floats(0, 6.3))
def test_a_length_is_the_same_in_every_direction(size, angle) -> None:
    way = 10 * torch.tensor([np.cos(angle), np.sin(angle)])
    seen = coordinates.to_normalized(torch.stack([way, 0 * way]), size)
    assert torch.dist(*seen).item() == pytest.approx(coordinates.to_normalized(10.0, size))


@settings(deadline=None, max_examples=50)
@given(size=st.tuples(sides, sides))
def test_networks_see_the_first_pixel_s_centre_at_0_and_the_last_one_s_at_1_of_the_longer_side(size) -> None:
    last = torch.tensor([side - 1 for side in size]).float()
    corners = torch.stack([torch.zeros(2), last])
    seen = coordinates.to_normalized(corners, size)
    assert seen.dtype == torch.float32
    assert seen[0].tolist() == [0, 0] and seen[1].tolist() == pytest.approx(coordinates.last_pixel(size))
    assert seen.max() == 1 and (size[0] != size[1] or coordinates.last_pixel(size) == (1, 1))
    torch.testing.assert_close(coordinates.from_normalized(seen, size), corners)


@settings(deadline=None, max_examples=50)
@given(size=st.tuples(sides, sides), times=st.integers(1, 4))
def test_the_corners_of_an_image_are_those_of_the_same_image_resized(size, times) -> None:
    larger = [times * side for side in size]
    last = torch.tensor(coordinates.last_pixel(size))
    corner = coordinates.to_resized(last, size, larger)
    assert corner.tolist() == pytest.approx(coordinates.last_pixel(larger))
    assert coordinates.to_resized(corner, larger, size).tolist() == pytest.approx(last.tolist())


def test_each_image_of_a_batch_has_its_own_longer_side() -> None:
    landmarks, batch = torch.full((2, 3, 2), 10.0), torch.tensor([11.0, 101.0])[:, None, None]
    seen = coordinates.to_normalized(landmarks, batch)
    assert seen[:, 0, 0].tolist() == pytest.approx([1, 0.1])
    assert torch.equal(coordinates.from_normalized(seen, batch), landmarks)
    assert coordinates.from_normalized(0.5, 101) == 50
