# SPDX-License-Identifier: Apache-2.0
"""Short facts about a training run, for the head of a page."""

from __future__ import annotations

from pathlib import Path

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
        "image side": f"{card['preprocessing']['image_size']} px",
        "network": " on ".join(card["network"][part] for part in ("name", "backbone") if part in card["network"]),
        "best epoch": str(card["epoch"]),
        "device": f"{environment['device']}, {environment['threads']} threads",
    }
    if ACCEPTED in card:
        return facts | {"model": card["model"] if card[ACCEPTED] else "that of stage 1: stage 2 was not accepted"}
    return facts | {"converged": "yes" if converged(run) else "no"}
