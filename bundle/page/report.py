# SPDX-License-Identifier: Apache-2.0
"""The page of training runs, from their folders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bundle.errors import ConfigurationError
from bundle.page.page import write_page
from bundle.page.run_facts import run_facts, run_names
from bundle.run_folder import EVALUATION, MEAN_SHAPE_EVALUATION

MOST_PREDICTIONS = 6
"""Overlays of an inference on the page: enough to look at, few enough to send."""


def write_report(out: Path, runs: Sequence[Path], predictions: Path | None = None) -> None:
    """Write the page about the last of several runs, the others beside it.

    Args:
        out: The HTML file to write.
        runs: output_dir of each training run, which holds the output_dir of its evaluation as `evaluation`.
        predictions: output_dir of an inference, whose first overlays are shown as well.

    Raises:
        BundleError: a folder lacks what its workflow writes, is given twice, was evaluated on other films, or holds no
            overlay.
    """
    run = runs[-1]
    write_page(
        out,
        _evaluations(runs),
        title="Few-shot landmark localization",
        facts=run_facts(run),
        run=run,
        predictions=_overlays(predictions) if predictions else (),
        most_predictions=MOST_PREDICTIONS,
    )


def _evaluations(runs: Sequence[Path]) -> dict[str, Path]:
    """Evaluations by the name of their run, that of a mean shape first."""
    mean_shapes = [run / MEAN_SHAPE_EVALUATION for run in runs if (run / MEAN_SHAPE_EVALUATION).is_dir()]
    evaluations = {"mean shape alone": mean_shapes[0]} if mean_shapes else {}
    return evaluations | {name: run / EVALUATION for name, run in zip(run_names(runs), runs, strict=True)}


def _overlays(folder: Path) -> list[Path]:
    """Overlays that an inference wrote, in name order."""
    overlays = sorted(folder.rglob("*.png"))
    if not overlays:
        raise ConfigurationError(
            f"{folder}: holds no overlay; give as --predictions the output_dir of an inference with overlay among its "
            "--outputs"
        )
    return overlays
