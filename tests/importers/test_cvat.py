# SPDX-License-Identifier: Apache-2.0
"""Tests of the CVAT importer."""

from __future__ import annotations

from pathlib import Path

import pytest

from bundle.dataset.description import Film
from bundle.errors import DatasetError
from bundle.importers.annotations import MarkedSize
from bundle.importers.cvat import read_cvat

LABELS = """<labels>
  <label><name>knee</name><type>points</type></label>
  <label><name>hip</name><type>points</type></label>
  <label><name>box</name><type>rectangle</type></label>
</labels>"""


def points(label: str, text: str, more: str = 'occluded="0"', tag: str = "points") -> str:
    return f'<{tag} label="{label}" source="manual" {more} points="{text}" z_order="0"></{tag}>'


def skeleton(label: str, *parts: str) -> str:
    return f'<skeleton label="{label}" source="manual" z_order="0">{"".join(parts)}</skeleton>'


def annotate(folder: Path, *films: str, labels: str = "") -> Path:
    """Films are the shapes of a.png, b.png and c.png."""
    images = [
        f'<image id="{index}" name="{name}" width="100" height="80">{shapes}</image>'
        for index, (name, shapes) in enumerate(zip(("a.png", "b.png", "more/c.png"), films, strict=False))
    ]
    meta = f"<meta><task><name>hips</name>{labels}</task></meta>"
    xml = f"<annotations><version>1.1</version>{meta}{''.join(images)}</annotations>"
    (folder / "annotations.xml").write_text(f'<?xml version="1.0" encoding="utf-8"?>\n{xml}')
    return folder / "annotations.xml"


def test_points_count_from_the_pixel_s_corner_and_follow_the_order_of_the_labels(images) -> None:
    hip, knee = points("hip", "10.50,20.00"), points("knee", "30,40", 'occluded="1"')
    box = '<box label="box" xtl="1" ytl="1" xbr="5" ybr="5"></box>'
    file = annotate(images, hip + box + knee, points("knee", "5,6"), "", labels=LABELS)
    annotations = read_cvat(file, None, None)
    assert annotations.landmarks == ("knee", "hip")
    assert annotations.films == (
        Film(Path("a.png"), ((29.5, 39.5), (10, 19.5))),
        Film(Path("b.png"), ((4.5, 5.5), None)),
        Film(Path("more/c.png")),
    )
    where = f"{file}: image 0 (a.png)"
    assert annotations.marked_on[Path("a.png")] == MarkedSize(100, 80, where)


def test_a_shape_of_several_points_is_numbered(images) -> None:
    annotate(images, points("cup", "1,2;3,4") + points("shaft", "5,6;7,8;9,10", tag="polyline"))
    annotations = read_cvat(images, None, None)
    assert annotations.landmarks == ("cup 1", "cup 2", "shaft 1", "shaft 2", "shaft 3")
    assert annotations.films[0].landmarks == ((0.5, 1.5), (2.5, 3.5), (4.5, 5.5), (6.5, 7.5), (8.5, 9.5))


def test_the_points_of_a_skeleton_are_landmarks_and_one_outside_is_missing(images) -> None:
    left = skeleton("left", points("head", "1,1"), points("neck", "2,2", 'outside="1"'), points("shaft", "3,3"))
    right = skeleton("right", points("head", "11,11"), points("neck", "12,12", 'outside="0"'))
    annotations = read_cvat(annotate(images, left + right), None, None)
    assert annotations.landmarks == ("left head", "shaft", "right head", "right neck")
    assert annotations.films[0].landmarks == ((0.5, 0.5), (2.5, 2.5), (10.5, 10.5), (11.5, 11.5))


@pytest.mark.parametrize(
    ("films", "sentence"),
    [
        ([points("hip", "1,2") * 2], r"image 0 \(a\.png\), points 'hip' is a second point 'hip' of one film; keep one"),
        ([points("hip", "1,2"), points("hip", "1,2;3,4")], "has 2 points where the first has 1; draw the same points"),
        ([points("hip", "1;2")], "points 'hip': '1' is not a point x,y; export it from CVAT again"),
        ([points("hip", "1,two")], "'two' is not a number"),
        ([points("hip", "")], "'' is not a point x,y"),
        ([points("", "1,2")], "is a point without a label; give it the name of its landmark"),
        ([skeleton("leg", points("hip", "1,2;3,4"))], "has 2 points in one element, not 1"),
        ([""], "has no labelled point"),
    ],
)
def test_a_malformed_film(images, films, sentence) -> None:
    file = annotate(images, *films)
    with pytest.raises(DatasetError, match=sentence):
        read_cvat(file, None, None)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<annotations><image>", "cannot be read as XML"),
        ("<html/>", "its root is <html>, not <annotations>"),
        ("<annotations><track id='0' label='hip'/></annotations>", "holds tracks of a video; export the task as"),
        (
            '<!DOCTYPE a [<!ENTITY b "'
            + "x" * 1000
            + '">'
            + "".join(f'<!ENTITY c{n} "{"&b;" * 1000}">' for n in range(9))
            + f"]><annotations>{'&c0;' * 1000}</annotations>",
            "cannot be read as XML",
        ),
    ],
    ids=["cut", "HTML", "video", "bomb"],
)
def test_another_file(images, text, sentence) -> None:
    (images / "annotations.xml").write_text(text)
    with pytest.raises(DatasetError, match=sentence):
        read_cvat(images, None, None)
