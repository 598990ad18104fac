# SPDX-License-Identifier: Apache-2.0
"""Words on a picture: as large as it allows, and beside what they name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

SMALLEST_LETTERS = 7.0
"""Pixels; smaller ones cannot be read."""


def lettering(picture: Image.Image, texts: Iterable[str]) -> tuple[ImageDraw.ImageDraw, float, dict[str, Any]]:
    """Return what writes texts on a picture, the height of its letters in pixels, and how they look.

    Letters become smaller where a text would not fit into a narrow picture.
    """
    size = max(picture.size) / 44
    longest = max((ImageFont.load_default(size).getlength(text) for text in texts), default=0.0)
    size *= min(1.0, (picture.width - 2.6 * size) / max(longest, 1.0))
    size = max(size, SMALLEST_LETTERS)
    font = ImageFont.load_default(size)
    return ImageDraw.Draw(picture), size, {"font": font, "stroke_fill": "black", "stroke_width": size / 12}


def write_names(picture: Image.Image, parts: Mapping[str, np.ndarray]) -> None:
    """Write the name of each part beside its points `[C, 2]`, across the row of parts, if names can stand apart.

    To the right, or below where the parts stand side by side; on the other side where the picture ends.
    """
    points = [part[np.isfinite(part).all(axis=1)] for part in parts.values()]
    known = {name: part for name, part in zip(parts, points, strict=True) if len(part)}
    middles = np.array([part.mean(axis=0) for part in known.values()]).reshape(-1, 2)
    steps = np.abs(np.diff(middles, axis=0))
    beside = len(steps) == 0 or np.median(steps[:, 1]) >= np.median(steps[:, 0])
    draw, size, _ = lettering(picture, known)
    size *= 0.75
    if len(steps) and known:
        widest = max(ImageFont.load_default(size).getlength(name) for name in known) / size
        size = min(size, 0.8 * float(np.median(steps.max(axis=1))) / (1.0 if beside else widest))
    if size < SMALLEST_LETTERS:
        return
    style: dict[str, Any] = {"font": ImageFont.load_default(size), "stroke_fill": "black", "stroke_width": 1}
    gap = 0.6 * size
    for (name, part), middle in zip(known.items(), middles, strict=True):
        low, high = part.min(axis=0), part.max(axis=0)
        if beside:
            fits = high[0] + gap + draw.textlength(name, style["font"]) < picture.width
            place, anchor = ((high[0] + gap, middle[1]), "lm") if fits else ((low[0] - gap, middle[1]), "rm")
        else:
            fits = high[1] + gap + size < picture.height
            place, anchor = ((middle[0], high[1] + gap), "mt") if fits else ((middle[0], low[1] - gap), "mb")
        draw.text(place, name, anchor=anchor, fill="white", **style)
