# SPDX-License-Identifier: Apache-2.0
"""One self-contained HTML page about a run: its figures, its curves and films with their landmarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from bundle.errors import BundleError
from bundle.evaluation.reader import Evaluation, read_evaluation
from bundle.files import write_text
from bundle.metrics.summary import DETECTION_RADII_MM
from bundle.page.html import picture_file_url, render
from bundle.page.sections.confidence import confidence_section
from bundle.page.sections.configuration import configuration_section
from bundle.page.sections.curves import curve_section
from bundle.page.sections.films import PICTURE_SIDE, film_section
from bundle.page.sections.landmarks import landmark_section
from bundle.page.sections.measurements import measurement_section

_TEMPLATE = Path(__file__).with_name("page.html.j2")


def write_page(
    path: Path,
    evaluations: Mapping[str, Path],
    title: str,
    facts: Mapping[str, str],
    run: Path,
    predictions: Sequence[Path] = (),
    most_predictions: int | None = None,
) -> None:
    """Write the page of a run; it holds every picture itself and refers to nothing outside.

    Args:
        path: The HTML file to write.
        evaluations: Folder of `write_evaluation` for each method by its name, all of the same films; the last is the
            method the page is about, the others stand beside it.
        title: Heading.
        facts: Short facts about the run, such as the number of labelled films, by their names.
        run: Folder of the run, of which its history and configuration are shown.
        predictions: Overlays of films without ground truth, named after the films.
        most_predictions: How many of these to show at most, the first ones; None for all.

    Raises:
        BundleError: a file cannot be read, the evaluations are of different films, or the page cannot be written.
    """
    read = {name: read_evaluation(folder) for name, folder in evaluations.items()}
    main = list(read.values())[-1]
    _require_same_films(list(read.values()))
    in_mm = main.metrics["overall"]["count_mm"] > 0
    page = render(
        _TEMPLATE,
        title=title,
        facts=facts,
        methods={name: evaluation.metrics for name, evaluation in read.items()},
        main=main.metrics,
        in_mm=in_mm,
        radii=[f"{radius:g}" for radius in DETECTION_RADII_MM],
        curves=curve_section(read, run),
        landmarks=landmark_section(read, "mm" if in_mm else "px"),
        measurements=measurement_section(read),
        confidence=confidence_section(main),
        films=film_section(main),
        predictions=[
            (picture.stem, picture_file_url(picture, PICTURE_SIDE)) for picture in predictions[:most_predictions]
        ],
        prediction_count=len(predictions),
        configuration=configuration_section(run),
    )
    write_text(path, page)


def _require_same_films(evaluations: Sequence[Evaluation]) -> None:
    """Errors are comparable where the films and the landmarks are the same."""
    main = evaluations[-1]
    for other in evaluations:
        for kind, same in (
            ("films", other.films == main.films),
            ("landmarks", list(other.metrics["per_landmark"]) == list(main.metrics["per_landmark"])),
        ):
            if not same:
                raise BundleError(
                    f"{other.folder}: is of other {kind} than {main.folder}; compare runs that were evaluated on one "
                    "split of one data set"
                )
