# SPDX-License-Identifier: Apache-2.0
"""The overlay picture of each film that inference was given."""

from __future__ import annotations

from pathlib import Path

from bundle.drawing.overlay import write_overlay
from bundle.outputs.film_output import FilmOutput
from bundle.results.film_result import FilmResult


class OverlayOutput(FilmOutput):
    """`<film>.png`: the landmarks drawn on the film."""

    suffix = ".png"

    def write(self, result: FilmResult, file: Path) -> None:
        """Write the result of a film to a file."""
        write_overlay(result, file)
