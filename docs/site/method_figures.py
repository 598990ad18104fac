# SPDX-License-Identifier: Apache-2.0
"""Figures of the method: the network, stage 2, and who gives the pseudo ground truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from figure_parts import WIDTH, arrow, box, circle, disc, film, line, rectangle, text, vertices

Drawing = tuple[int, list[str]]  # height, parts


def network() -> Drawing:
    """Feature map, global GCN, local GCN, and what each does to the points of one film."""
    size, panels = 190, (4, 225, 446)
    titles = ("mean shape", "moved as one", "each on its own")
    steps = (("mean", "start", None), ("global", "one", "mean"), ("local", "two", "global"))
    parts = []
    for x, title, (name, kind, before) in zip(panels, titles, steps, strict=True):
        parts.append(text(x + size / 2, 22, title, kind="strong"))
        parts.append(film(x, 36, size, vertices(x, 36, size, name, kind, before)))
    parts += [arrow((x + size + 4, 131), (following - 4, 131)) for x, following in pairwise(panels)]
    parts += [box(130, 286, 160, 66, "global GCN", "6 numbers"), arrow((210, 286), (210, 144))]
    parts += [box(350, 286, 220, 66, "local GCN, 3 times", "2 numbers a point"), arrow((430, 286), (430, 144))]
    parts += [film(4, 416, 112), text(60, 556, "film"), arrow((120, 472), (146, 472))]
    parts += [box(150, 440, 96, 64, "HRNet"), arrow((250, 472), (290, 472))]
    for column in range(12):
        for row in range(4):
            shade = 0.15 + 0.75 * ((column * 5 + row * 7 + column * row) % 9) / 9
            parts.append(rectangle(296 + 27 * column, 420 + 27 * row, 25, 25, "disc one", f'opacity="{shade:.2f}"'))
    parts += [text(458, 556, "feature map"), text(402, 393, "read at the points")]
    parts += [arrow((310, 414), (240, 358), kind="dash"), arrow((510, 414), (510, 358), kind="dash")]
    return 570, parts


def stage_two() -> Drawing:
    """Teacher and student on an unlabelled film, and the student on a labelled one."""
    parts = [film(4, 70, 120), text(4, 214, "unlabelled film", anchor="start")]
    parts += [film(4, 330, 120, vertices(4, 330, 120, "local", "start")), text(4, 474, "labelled film", anchor="start")]
    parts += [box(236, 44, 150, 76, "teacher"), box(236, 200, 150, 250, "student")]
    parts += [arrow((128, 110), (180, 110), (180, 82), (232, 82)), text(180, 70, "as it is", kind="soft")]
    parts += [arrow((128, 170), (160, 170), (160, 250), (232, 250)), text(180, 275, "noisy", kind="soft")]
    parts += [arrow((128, 400), (232, 400)), *(arrow((390, y), (440, y)) for y in (82, 250, 400))]
    parts += [box(444, 44, 190, 76, "pseudo", "ground truth"), box(444, 220, 190, 60, "prediction")]
    parts += [arrow((540, 216), (540, 124)), text(552, 165, "loss", anchor="start", kind="strong")]
    parts += [text(552, 188, "(1), (2)", anchor="start"), box(444, 370, 190, 60, "prediction")]
    parts += [arrow((540, 434), (540, 490)), text(530, 458, "loss", anchor="end", kind="strong")]
    parts += [text(552, 458, "(1), (2)", anchor="start"), text(540, 510, "its landmarks")]
    parts += [arrow((262, 196), (262, 124), kind="dash"), text(274, 155, "EMA", anchor="start")]
    parts += [line(350, 124, 350, 196, "path start dash"), text(362, 155, "JS loss of", "features (3)", anchor="start")]
    return 524, parts


def teachers() -> Drawing:
    """Who gives the pseudo ground truth in each method."""
    parts = [text(0, 20, "method", anchor="start", kind="soft")]
    parts.append(text(345, 20, "its pseudo ground truth is from", anchor="start", kind="soft"))
    for index, (name, picture, words) in enumerate(_TEACHERS):
        y = 66 + 64 * index
        parts.append(f'<line class="edge" stroke-opacity="0.3" x1="0" x2="{WIDTH}" y1="{y - 32}" y2="{y - 32}"/>')
        parts += [text(0, y + 6, name, anchor="start", kind="strong"), *picture(y)]
        parts.append(text(345, y + 6 - 11.5 * (len(words) - 1), *words, anchor="start"))
    y = 66 + 64 * len(_TEACHERS) - 2
    for index, (letter, kind, meaning) in enumerate(
        (("1", "none", "stage 1"), ("S", "two", "student"), ("T", "start", "teacher"))
    ):
        parts += [disc(24 + 200 * index, y, letter, kind), text(52 + 200 * index, y + 6, meaning, anchor="start")]
    return y + 28, parts


def _nobody(y: float) -> list[str]:
    return [text(270, y + 6, "none", kind="soft")]


def _stage_one(y: float) -> list[str]:
    return [disc(270, y, "1", "none")]


def _student(y: float) -> list[str]:
    return [disc(270, y, "S", "two")]


def _past_students(y: float) -> list[str]:
    return [f'<g opacity="{0.3 + 0.35 * time:.2f}">{disc(234 + 36 * time, y, "S", "two")}</g>' for time in range(3)]


def _mean_teacher(y: float) -> list[str]:
    return [disc(238, y, "S", "two"), arrow((259, y), (281, y)), disc(302, y, "T", "start")]


def _mean_teacher_and_features(y: float) -> list[str]:
    cells = [
        rectangle(
            262 + 9 * (cell % 2), y + 12 + 9 * (cell // 2), 8, 8, "disc start", f'opacity="{0.3 + 0.2 * cell:.1f}"'
        )
        for cell in range(4)
    ]
    return [*_mean_teacher(y - 6), *cells]


def _views(y: float) -> list[str]:
    turned = [rectangle(218, y - 15, 32, 30, "box", f'transform="rotate({turn} 234 {y})"') for turn in (-24, 0, 24)]
    return [*turned, arrow((258, y), (279, y)), disc(300, y, "T", "start")]


def _matching(y: float) -> list[str]:
    glass = [circle(298, y - 4, 13, "ring one"), line(307, y + 5, 318, y + 17, "path one")]
    return [disc(236, y, "1", "none"), text(268, y + 6, "+"), *glass, circle(298, y - 4, 4, "disc one")]


_TEACHERS: Sequence[tuple[str, Callable[[float], list[str]], tuple[str, ...]]] = (
    ("DAG trained on", _nobody, ("a control: labelled films alone",)),
    ("pseudo label", _stage_one, ("stage 1, frozen",)),
    ("Π-model", _student, ("the student on the clean film",)),
    ("temporal ensemble", _past_students, ("the student's past answers,", "averaged film by film")),
    ("few-shot DAG", _mean_teacher, ("a network whose weights are", "an average of the student's")),
    ("few-shot DAG + JS", _mean_teacher_and_features, ("the same, and its feature maps", "are to be alike")),
    ("multi-view", _views, ("the same teacher, its answers", "averaged over turned views")),
    ("recommended", _matching, ("the median of stage 1 and of", "what looks like the landmark")),
)
