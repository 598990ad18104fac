# SPDX-License-Identifier: Apache-2.0
"""Manifests of small films, and the command in a process of its own."""

from __future__ import annotations

import os
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.context import ForkProcess
from pathlib import Path

import pandas as pd
import pytest
import torch

from bundle.__main__ import main


@pytest.fixture
def run(begun: Callable[..., Path]) -> Path:
    """A run folder whose network answers something."""
    return begun("run", noise=0.05)


@pytest.fixture
def films(dataset: Path) -> Path:
    """A folder of 60 films, links to ten, and nothing else."""
    folder = dataset.parent / "films"
    for index in range(60):
        link = folder / f"day {index % 3}" / f"{index}.png"
        link.parent.mkdir(parents=True, exist_ok=True)
        link.hardlink_to(dataset / f"{index % 10}.png")
    return folder


@pytest.fixture
def do(run: Path, tmp_path: Path) -> Callable[..., int]:
    """Run `batch MANIFEST ...` with `run`, or another model, to its end."""

    def end(manifest: Path, *words: str, model: Path = run) -> int:
        return main(["batch", str(manifest), "--checkpoint", str(model), "--out", str(tmp_path / "rows"), *words])

    return end


@pytest.fixture
def start(do: Callable[..., int]) -> Callable[..., ForkProcess]:
    """Start `batch MANIFEST ...` in a process, which a fork spares the imports."""

    def begin(*words: object) -> ForkProcess:
        def work() -> None:
            torch.set_num_threads(1)  # a fork has none of its parent's
            os._exit(do(*words))

        process = get_context("fork").Process(target=work)
        process.start()
        return process

    return begin


@pytest.fixture
def rows(tmp_path: Path) -> Callable[[], pd.DataFrame]:
    """Read all rows that are there."""
    return lambda: pd.read_parquet(tmp_path / "rows")
