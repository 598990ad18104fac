# SPDX-License-Identifier: Apache-2.0
"""Self-contained HTML: templates, charts and pictures, all inside one file."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup
from PIL import Image

from bundle.drawing.figure import DARK, Figure
from bundle.drawing.svg import CSS_VARIABLES, inline_svg
from bundle.errors import BundleError

UNKNOWN = "\N{EN DASH}"


def render(template: Path, **values: Any) -> str:
    """Fill a template, which may extend `base.html.j2` and use `macros.html.j2` of this folder."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([template.parent, Path(__file__).parent]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(number=number, percent=percent)
    environment.globals["chart_colours"] = [(CSS_VARIABLES[light], light, dark) for light, dark in DARK.items()]
    return environment.get_template(template.name).render(**values)


def number(value: float | None, digits: int = 2) -> str:
    """Return a figure as text with a minus sign where it is negative, a dash where it is unknown."""
    return UNKNOWN if value is None else f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}")


def percent(value: float | None) -> str:
    """Return a share in [0, 1] as text, a dash where it is unknown."""
    return UNKNOWN if value is None else f"{100 * value:.1f} %"


def inline_chart(figure: Figure, name: str) -> Markup:
    """Return a chart as an element of a page, on which no other has its name."""
    return Markup(inline_svg(figure, name))


def picture_url(picture: Image.Image, longest_side: int) -> str:
    """Return a picture as a data URL, made smaller where it exceeds `longest_side` pixels."""
    buffer = io.BytesIO()
    small = picture.convert("RGB")
    small.thumbnail((longest_side, longest_side))
    small.save(buffer, "jpeg", quality=85)
    return _data_url(buffer.getvalue(), "jpeg")


def picture_file_url(file: Path, longest_side: int) -> str:
    """Return the picture of a file as a data URL, as `picture_url` does.

    Raises:
        BundleError: the file is no picture that can be read.
    """
    try:
        with Image.open(file) as picture:
            return picture_url(picture, longest_side)
    except OSError as error:
        raise BundleError(f"{file}: cannot be read as a picture; run the workflow that writes it again") from error


def _data_url(content: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
