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
    typed = ["python" if python == sys.executable else python, *map(near, rest)]
    print("$ " + " ".join(map(_quoted, typed)), flush=True)


def _quoted(word: str) -> str:
    """A word as a shell takes it; a list, which holds single quotes, in double ones."""
    return f'"{word}"' if "'" in word and not set(word) & set('"$`\\!') else shlex.quote(word)


def near(path: str | Path) -> str:
    """A path, or a word with paths in it, seen from the working folder."""
    return str(path).replace(f"{Path.cwd()}{os.sep}", "")
