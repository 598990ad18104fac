# SPDX-License-Identifier: Apache-2.0
"""One self-contained HTML page about a run: its figures, its curves and films with their landmarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from PIL import Image

from bundle.files import write_text
from bundle.metrics.summary import DETECTION_RADII_MM
from bundle.reports.cumulative_error import comparable_errors, draw_cumulative_error
from bundle.reports.evaluation_reader import Evaluation, read_evaluation, read_text
from bundle.reports.figure import Theme
from bundle.reports.html import chart_urls, picture_url, render
from bundle.reports.training_curve import draw_training_curve, read_history

_TEMPLATE = Path(__file__).with_name("page.html.j2")
_PICTURE_SIDE = 860
_CASES = {
    "best": "Best films: lowest mean error",
    "typical": "Typical films: mean error about the median",
    "worst": "Worst films: highest mean error",
}


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
    read = {name: read_evaluation(folder) for name, folder in evaluations.items()}
    main = list(read.values())[-1]
    training = read_history(history)
    page = render(
        _TEMPLATE,
        title=title,
        facts=facts,
        methods={name: evaluation.metrics for name, evaluation in read.items()},
        main=main.metrics,
        in_mm=main.metrics["overall"]["count_mm"] > 0,
        radii=[f"{radius:g}" for radius in DETECTION_RADII_MM],
        cumulative=chart_urls(lambda theme: _cumulative(read, theme)),
        training=chart_urls(lambda theme: draw_training_curve(training, theme)),
        cases=[(heading, films) for case, heading in _CASES.items() if (films := _films(main, case))],
        predictions=[(picture.stem, _picture(picture)) for picture in predictions],
        configuration=read_text(configuration),
    )
    write_text(path, page)


def _cumulative(evaluations: Mapping[str, Evaluation], theme: Theme) -> Figure:
    main_first = reversed(list(evaluations.items()))
    measured = {name: comparable_errors(each.millimetres, each.width_fraction) for name, each in main_first}
    curves = {name: errors for name, (errors, _) in measured.items()}
    _, unit = next(iter(measured.values()))
    return draw_cumulative_error(curves, unit, theme)


def _films(evaluation: Evaluation, case: str) -> list[dict[str, Any]]:
    return [
        {**film, "picture": _picture(evaluation.folder / film["file"])}
        for film in evaluation.metrics["overlays"]
        if film["case"] == case
    ]


def _picture(file: Path) -> str:
    with Image.open(file) as picture:
        return picture_url(picture, _PICTURE_SIDE)
