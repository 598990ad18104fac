# SPDX-License-Identifier: Apache-2.0
"""Short names that tell training runs apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bundle.errors import BundleError
from bundle.page.run_facts import run_facts


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
