# SPDX-License-Identifier: Apache-2.0
"""The schematic: marks say errors, the worst are named, and any number of landmarks fits."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from bundle.drawing.figure import write_png
from bundle.drawing.schematic import MOST_NAMED, draw_schematic, worst_landmarks

NAMES = ["crest", "hip", "knee", "ankle"]
SHAPE = np.array([[10.0, 0], [0, 40], [20, 80], [10, 120]])


def marks(figure: Figure) -> PathCollection:
    return next(collection for collection in figure.axes[0].collections if collection.get_array() is not None)


def labels(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def test_the_diameter_of_a_mark_is_proportional_to_the_error() -> None:
    drawn = marks(draw_schematic(SHAPE, np.array([1.0, 4, 2, 3]), NAMES, "mm"))
    np.testing.assert_array_equal(drawn.get_offsets(), SHAPE[[1, 3, 2, 0]])  # small ones on top
    np.testing.assert_array_equal(drawn.get_array(), [4, 3, 2, 1])
    assert np.sqrt(drawn.get_sizes()) / np.sqrt(drawn.get_sizes()[0]) == pytest.approx([1, 0.75, 0.5, 0.25])


def test_the_worst_are_named_with_their_errors() -> None:
    errors = np.arange(20.0)
    names = [f"landmark {index}" for index in range(20)]
    shape = np.random.default_rng(0).uniform(0, 100, (20, 2))
    expected = {f"landmark {index}  {index:.2f}" for index in range(20 - MOST_NAMED, 20)}
    assert set(labels(draw_schematic(shape, errors, names, "mm"))) == expected


@pytest.mark.parametrize("name", ["crest", "middle finger distal interphalangeal joint"])
def test_names_lie_on_the_picture_and_not_on_each_other(name: str) -> None:
    """Landmarks close to each other at one side, with names of one line and of three."""
    shape = np.array([[0.0, 0], [10, 9], [10, 9.1], [10, 9.2], [10, 9.3], [0, 10]])
    figure = draw_schematic(shape, np.arange(6.0), [f"{name} {index}" for index in range(6)], "mm")
    figure.draw_without_rendering()  # places the texts
    boxes = [Text.get_window_extent(label) for label in figure.axes[0].texts]
    assert len(boxes) == 6
    assert not any(box.overlaps(another) for box, another in combinations(boxes, 2))
    assert all(figure.bbox.contains(*corner) for box in boxes for corner in (box.min, box.max))
    drawn = figure.axes[0].transData.transform(shape[[0, -1]])
    assert abs(drawn[1, 1] - drawn[0, 1]) > 0.5 * figure.bbox.height


def test_missing_and_unfound_landmarks() -> None:
    shape = SHAPE.copy()
    shape[0] = np.nan
    figure = draw_schematic(shape, np.array([np.nan, 2, np.inf, np.nan]), NAMES, "px", skeleton=[(0, 1), (1, 2)])
    np.testing.assert_array_equal(marks(figure).get_offsets(), SHAPE[[1]])
    assert set(labels(figure)) == {"hip  2.00", "knee  not always found"}
    crosses = next(collection for collection in figure.axes[0].collections if collection.get_array() is None)
    np.testing.assert_array_equal(crosses.get_offsets(), SHAPE[[2]])
    assert worst_landmarks(np.array([1, np.nan, np.inf, 3])) == [2, 3, 0]


@pytest.mark.parametrize("count", [1, 2, 68, 100])
def test_any_number_of_landmarks_can_be_drawn(count: int, tmp_path: Path) -> None:
    shape = np.stack([np.arange(count) % 2 * 3.0, np.arange(count) * 10.0], axis=1)
    names = [f"landmark {index}" for index in range(count)]
    write_png(tmp_path / "schematic.png", draw_schematic(shape, np.ones(count), names, "mm"))
    with Image.open(tmp_path / "schematic.png") as picture:
        assert min(picture.size) > 500


def test_nothing_known_can_be_drawn() -> None:
    unknown = np.full((4, 2), np.nan)
    assert labels(draw_schematic(unknown, unknown[:, 0], NAMES, "px")) == []
