# SPDX-License-Identifier: Apache-2.0
"""Commands and paths as a person types them."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path


def show_command(words: Sequence[str]) -> None:
    """Print a command that is run for the person, so that they can run it themselves."""
    python, *rest = words
    print("$ " + shlex.join(["python" if python == sys.executable else python, *map(near, rest)]), flush=True)


def near(path: str | Path) -> str:
    """A path, or a word with paths in it, seen from the working folder."""
    return str(path).replace(f"{Path.cwd()}{os.sep}", "")
