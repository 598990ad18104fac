# SPDX-License-Identifier: Apache-2.0
"""The page of a comparison: its tables, charts, and the same films under all methods."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bundle.comparison.films import PICTURE_SIDE, choose_films, draw_film, draw_to_show
from bundle.comparison.methods import PRESETS
from bundle.comparison.results import DONE, Results
from bundle.comparison.tables import Table, draw_table
from bundle.dataset.description import read_dataset
from bundle.drawing.figure import Figure
from bundle.page.html import inline_chart, picture_url, render

_TEMPLATE = Path(__file__).with_name("comparison.html.j2")


def comparison_page(
    results: Results,
    tables: Sequence[Table],
    error_by_shots: Figure,
    cumulative: Mapping[int, Figure],
    failures: Sequence[str],
) -> str:
    """Return the page as HTML, which holds every picture itself.

    Args:
        results: of the comparison.
        tables: to show at the top.
        error_by_shots: the error against the number of labelled films.
        cumulative: the cumulative error by the number of labelled films.
        failures: sentences on cells that failed.

    Raises:
        BundleError: a test film cannot be read.
    """
    description = read_dataset(results.plan.dataset_dir)
    return render(
        _TEMPLATE,
        title=f"Few-shot landmark localization: {description.name}",
        synthetic=description.synthetic,
        facts=_facts(results),
        failures=failures,
        tables=tables,
        draws=draw_table(results),
        error_by_shots=inline_chart(error_by_shots, "error by shots"),
        cumulative={shots: inline_chart(chart, f"cumulative {shots}") for shots, chart in cumulative.items()},
        films=[films for shots in results.plan.shots if (films := _films(results, shots))],
        unit=results.unit,
        configuration=_configuration(results),
    )


def _facts(results: Results) -> dict[str, str]:
    plan = results.plan
    return {
        "preset": plan.preset,
        "labelled films": ", ".join(map(str, plan.shots)),
        "draws": str(len(plan.draws)),
        "test films": str(results.films),
        "trainings": f"{(results.cells['state'] == DONE).sum()} of {len(results.cells)}",
    }


def _films(results: Results, shots: int) -> dict[str, Any] | None:
    """The films of one number of labelled films, ready for the template."""
    shown = draw_to_show(results, shots)
    if shown is None:
        return None
    cases = [
        {
            "case": case,
            "name": shown.films[film],
            "pictures": [
                (drawn.method, drawn.error, picture_url(drawn.picture, PICTURE_SIDE))
                for drawn in draw_film(results, shown, film)
            ],
        }
        for case, film in choose_films(results, shown)
    ]
    return {"shots": shots, "draw": shown.draw, "cases": cases}


def _configuration(results: Results) -> str:
    """What was asked for, by file names alone: a page names no folder of a machine."""
    plan = results.plan
    preset = PRESETS[plan.preset]
    asked = {
        "preset": plan.preset,
        "configs": preset.configs,
        "for one labelled film": preset.one_film,
        "overlays": [file.name for file in plan.overlays],
        "overlays of the methods": {method.key: method.overlays for method in plan.methods},
        "overlays of stage 2": [file.name for file in plan.stage2_overlays],
        "settings": dict(plan.settings),
    }
    return json.dumps(asked, indent=2, ensure_ascii=False)
