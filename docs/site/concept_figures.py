# SPDX-License-Identifier: Apache-2.0
"""Figures of coordinates and of confidence."""

from __future__ import annotations

from figure_parts import arrow, box, circle, film, line, rectangle, text
from method_figures import Drawing


def pixel_centres() -> Drawing:
    """Coordinates of pixel centres, and the same places as DICOM and LabelMe count them."""
    side, left, top = 100, 60, 92
    bottom, right = top + 3 * side, left + 4 * side
    parts = [text(0, 30, "here: pixel centres at 0, 1, 2 …", anchor="start", kind="strong")]
    for column in range(4):
        parts.append(text(left + side * (column + 0.5), top - 14, str(column), kind="strong"))
        for row in range(3):
            x, y = left + side * column, top + side * row
            parts += [rectangle(x, y, side, side, "box square"), circle(x + side / 2, y + side / 2, 4, "disc none")]
            if (column, row) in ((0, 0), (0, 2), (3, 2)):
                parts.append(text(x + side / 2, y + side / 2 + 28, f"({column}, {row})", kind="soft"))
    parts += [text(left - 20, top + side * (row + 0.5) + 6, str(row), kind="strong") for row in range(3)]
    for edge in range(5):
        x = left + side * edge
        parts += [line(x, bottom, x, bottom + 12, "edge"), text(x, bottom + 34, str(edge))]
    parts.append(text(0, bottom + 66, "DICOM reports, LabelMe: from the corner", anchor="start", kind="strong"))
    across, down = left + side * 1.9, top + side * 0.75
    parts += [line(across, down, right + 14, down, "path one"), circle(across, down, 9, "dot one")]
    parts.append(text(right + 22, down - 5, "here", "(1.4, 0.25)", anchor="start"))
    parts.append(text(right + 22, down + 60, "in a report", "(1.9, 0.75)", anchor="start", kind="soft"))
    parts += [text(right + 24, top - 14, "x"), text(left - 20, bottom + 4, "y")]
    return bottom + 80, parts


def letterbox() -> Drawing:
    """A film, and the square that the network sees."""
    parts = [text(80, 24, "stored film", kind="strong"), text(460, 24, "what the network sees", kind="strong")]
    parts += [rectangle(10, 44, 150, 260, "box square"), arrow((10, 322), (160, 322)), text(85, 346, "x, pixels")]
    parts += [arrow((182, 44), (182, 304)), text(192, 180, "y, pixels", anchor="start")]
    parts += [arrow((218, 220), (306, 220)), text(262, 250, "to and fro,", "exact", kind="soft")]
    parts += [rectangle(330, 44, 260, 260, "black"), rectangle(385, 44, 150, 260, "box square")]
    parts += [text(357, 180, "0", kind="white"), text(562, 180, "0", kind="white")]
    parts += [text(330, 330, "0"), text(590, 330, "1")]
    parts += [text(608, 60, "0", anchor="start"), text(608, 304, "1", anchor="start")]
    for x, y in ((58, 120), (118, 150), (84, 236)):
        parts += [circle(x, y, 7, "dot one"), circle(x + 375, y, 7, "dot one")]
    return 362, parts


def confidence() -> Drawing:
    """Three signals, the expected error, and the decision."""
    parts = []
    for x, title, words in (
        (4, "spread", ("how wide a heatmap is, or", "how views of a film differ")),
        (226, "shape", ("how far from its place", "in the mean shape")),
        (448, "unlikeness", ("how unlike the", "labelled landmarks")),
    ):
        parts += [rectangle(x, 34, 188, 130), text(x + 94, 22, title, kind="strong")]
        parts += [text(x + 94, 190, *words, kind="soft"), arrow((x + 94, 224), (320 + (x - 226) * 0.4, 262))]
    answers = ((-30, 8), (-14, -18), (2, 12), (10, -6), (26, 16), (34, -20), (-4, -36), (-22, 34))
    parts += [circle(98 + x, 99 + y, 7, "dot one") for x, y in answers]
    for x, y, off in ((280, 70, 0), (360, 66, 0), (366, 128, 24), (276, 132, 0)):
        parts += [circle(x, y, 9, "ring start"), circle(x - off, y - off, 6, "dot one")]
    parts.append(line(342, 104, 359, 121, "path one"))
    for index, (one, other) in enumerate(((0.9, 0.2), (0.4, 0.8), (0.7, 0.3), (0.2, 0.9))):
        y = 50 + 26 * index
        parts += [rectangle(470, y, 62 * one, 18, "disc start"), rectangle(556, y, 62 * other, 18, "disc one")]
    parts += [box(190, 266, 260, 60, "expected error"), arrow((320, 330), (320, 356)), arrow((186, 306), (160, 326))]
    parts += [film(4, 300, 150, circle(40, 364, 20, "ring one"), circle(40, 364, 6, "dot one"))]
    parts.append(text(4, 474, "a ring of that radius", anchor="start"))
    parts += [box(190, 360, 120, 60, "accept"), box(330, 360, 120, 60, "review")]
    parts.append(text(320, 448, "limits from the", "validation films", kind="soft"))
    return 484, parts
