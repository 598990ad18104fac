# SPDX-License-Identifier: Apache-2.0
"""Short facts about a training run, for the head of a page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bundle.errors import BundleError


def run_facts(run: Path) -> dict[str, str]:
    """Read the facts that a run folder holds.

    Args:
        run: output_dir of a training run that came to its end.

    Returns:
        Values by their names, in the order to show them.

    Raises:
        BundleError: a file of the run is missing or cannot be read.
    """
    card, environment = (_read(run / name) for name in ("best.json", "environment.json"))
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
    if "stage_2_accepted" in card:
        return facts | {
            "model": card["model"] if card["stage_2_accepted"] else "that of stage 1: stage 2 was not accepted"
        }
    return facts | {"converged": "yes" if _read(run / "convergence.json")["converged"] else "no"}


def _read(file: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BundleError(f"{file}: cannot be read; give the folder of a training run that came to its end") from error
    return content
