# SPDX-License-Identifier: Apache-2.0
"""Short facts about a training run, for the head of a page, and a name that tells it from others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bundle.errors import BundleError
from bundle.input_size import sides
from bundle.run_folder import ACCEPTED, BEST, ENVIRONMENT, card_file, converged, read_json


def run_facts(run: Path) -> dict[str, str]:
    """Read the facts that a run folder holds.

    Args:
        run: output_dir of a training run that came to its end.

    Returns:
        Values by their names, in the order to show them.

    Raises:
        BundleError: a file of the run is missing or cannot be read.
    """
    card, environment = read_json(card_file(run / BEST)), read_json(run / ENVIRONMENT)
    facts = {
        "method": card["method"],
        "labelled films": str(card["shots"]),
        "draw": str(card["draw"]),
        "seed": str(card["seed"]),
        "image size": f"{' x '.join(map(str, sides(card['preprocessing']['image_size'])))} px",
        "network": " on ".join(card["network"][part] for part in ("name", "backbone") if part in card["network"]),
        "best epoch": str(card["epoch"]),
        "device": f"{environment['device']}, up to {environment['threads']} threads",
    }
    if ACCEPTED in card:
        return facts | {"model": card["model"] if card[ACCEPTED] else "that of stage 1: stage 2 was not accepted"}
    return facts | {"converged": "yes" if converged(run) else "no"}


def run_names(runs: Sequence[Path]) -> list[str]:
    """Name each run by its method; runs of one method also by as much of their folders' ends as tells them apart.

    Args:
        runs: output_dir of each training run.

    Raises:
        BundleError: a run is given twice, or what it should hold cannot be read.
    """
    folders = [run.resolve() for run in runs]
    methods = [run_facts(run)["method"] for run in runs]
    for folder, run in zip(folders, runs, strict=True):
        if folders.count(folder) > 1:
            raise BundleError(f"{run}: is given twice; give each run once")
    alike = [[folder for folder, other in zip(folders, methods, strict=True) if other == method] for method in methods]
    return [
        method if len(others) == 1 else f"{method} ({_end(folder, others)})"
        for method, folder, others in zip(methods, folders, alike, strict=True)
    ]


def _end(folder: Path, others: Sequence[Path]) -> str:
    """Return the shortest end of a folder's path that no other has, the same number of parts for all."""
    depth = 1
    while len({other.parts[-depth:] for other in others}) < len(others):
        depth += 1
    return "/".join(folder.parts[-depth:])
