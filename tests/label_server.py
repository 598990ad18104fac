# SPDX-License-Identifier: Apache-2.0
"""The labelling server in a process of its own, whose trainings are small."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from label_page import Page

SMALL = {"image_size": 32, "batch_size": 4, "hidden_features": 8, "epoch_length": 2, "max_epochs": 12}
SMALL |= {"val_interval": 1, "converged_below": 1000, "window": 32, "widths": [8]}
REPOSITORY = Path(__file__).resolve().parents[1]
SECONDS = 600


class Server:
    """`python -m bundle label` in a process of its own.

    Args:
        films: Folder of the films.
        words: More options of it.
    """

    def __init__(self, films: Path, *words: str) -> None:
        settings = [f"--{name}={value}" for name, value in SMALL.items()]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bundle", "label", str(films), "--port", "0", *words, "--", *settings],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        assert self.process.stdout is not None
        lines: list[str] = []
        while not (line := self.process.stdout.readline()).startswith("open "):  # folders of tests have names with open
            lines.append(line)
            assert line, lines
        self.address = line.split()[1]
        self.page = Page(self.address)

    def end(self, number: int) -> None:
        """Send it a signal and wait for its end."""
        self.process.send_signal(number)
        self.process.wait(60)


def until(what: Callable[[], Any]) -> Any:
    """Wait until something is true; returns it."""
    deadline = time.monotonic() + SECONDS
    while not (found := what()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found
