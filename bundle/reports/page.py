# SPDX-License-Identifier: Apache-2.0
"""One self-contained HTML page about a run: its figures, its curves and films with their landmarks."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from bundle.errors import BundleError
from bundle.files import write_text
from bundle.metrics.summary import DETECTION_RADII_MM
from bundle.reports.cumulative_error import comparable_errors, draw_cumulative_error
from bundle.reports.evaluation import LANDMARKS, METRICS
from bundle.reports.figure import DARK, LIGHT, Theme, png
from bundle.reports.training_curve import draw_training_curve, read_history

_TEMPLATE = Path(__file__).with_name("page.html.j2")
_PICTURE_SIDE = 860
_UNKNOWN = "\N{EN DASH}"
_CASES = {
    "best": "Best films: lowest mean error",
    "typical": "Typical films: mean error about the median",
    "worst": "Worst films: highest mean error",
}


@dataclass(frozen=True)
class _Evaluation:
    """What `write_evaluation` left: the content of `metrics.json` and all errors in mm and as shares of the width."""

    folder: Path
    metrics: dict[str, Any]
    millimetres: np.ndarray
    width_fraction: np.ndarray


def write_page(
    path: Path,
    evaluations: Mapping[str, Path],
    title: str,
    facts: Mapping[str, str],
    history: Path,
    configuration: Path,
    predictions: Sequence[Path] = (),
) -> None:
    """Write the page of a run; it holds every picture itself and refers to nothing outside.

    Args:
        path: The HTML file to write.
        evaluations: Folder of `write_evaluation` for each method by its name, all of the same films; the last is the
            method the page is about, the others stand beside it.
        title: Heading.
        facts: Short facts about the run, such as the number of labelled films, by their names.
        history: `history.csv` of the run.
        configuration: `config.json` of the run.
        predictions: Overlays of films without ground truth, named after the films.

    Raises:
        BundleError: a file cannot be read, or the page cannot be written.
    """
    read = {name: _read_evaluation(folder) for name, folder in evaluations.items()}
    main = list(read.values())[-1]
    training = read_history(history)
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(number=_number, percent=_percent)
    page = environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
        title=title,
        facts=facts,
        methods={name: evaluation.metrics for name, evaluation in read.items()},
        main=main.metrics,
        in_mm=main.metrics["overall"]["count_mm"] > 0,
        radii=[f"{radius:g}" for radius in DETECTION_RADII_MM],
        cumulative=_chart(lambda theme: _cumulative(read, theme)),
        training=_chart(lambda theme: draw_training_curve(training, theme)),
        cases=[(heading, films) for case, heading in _CASES.items() if (films := _films(main, case))],
        predictions=[(picture.stem, _picture(picture)) for picture in predictions],
        configuration=_read_text(configuration),
    )
    write_text(path, page)


def _read_evaluation(folder: Path) -> _Evaluation:
    metrics = json.loads(_read_text(folder / METRICS))
    rows = list(csv.DictReader(io.StringIO(_read_text(folder / LANDMARKS))))
    columns = (np.array([float(row[name] or "nan") for row in rows]) for name in ("error_mm", "error_width"))
    return _Evaluation(folder, metrics, *columns)


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise BundleError(
            f"{file}: cannot be read ({error.strerror}); run the workflow that writes it first"
        ) from error


def _cumulative(evaluations: Mapping[str, _Evaluation], theme: Theme) -> Figure:
    main_first = reversed(list(evaluations.items()))
    measured = {name: comparable_errors(each.millimetres, each.width_fraction) for name, each in main_first}
    curves = {name: errors for name, (errors, _) in measured.items()}
    _, unit = next(iter(measured.values()))
    return draw_cumulative_error(curves, unit, theme)


def _chart(draw: Callable[[Theme], Figure]) -> dict[str, str]:
    return {name: _data_url(png(draw(theme)), "png") for name, theme in (("light", LIGHT), ("dark", DARK))}


def _films(evaluation: _Evaluation, case: str) -> list[dict[str, Any]]:
    return [
        {**film, "picture": _picture(evaluation.folder / film["file"])}
        for film in evaluation.metrics["overlays"]
        if film["case"] == case
    ]


def _picture(file: Path) -> str:
    """Return a picture as a data URL, small enough for a page of a few megabytes."""
    buffer = io.BytesIO()
    with Image.open(file) as picture:
        picture.thumbnail((_PICTURE_SIDE, _PICTURE_SIDE))
        picture.convert("RGB").save(buffer, "jpeg", quality=85)
    return _data_url(buffer.getvalue(), "jpeg")


def _data_url(content: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def _number(value: float | None, digits: int = 2) -> str:
    return _UNKNOWN if value is None else f"{value:.{digits}f}"


def _percent(value: float | None) -> str:
    return _UNKNOWN if value is None else f"{100 * value:.1f} %"
