# SPDX-License-Identifier: Apache-2.0
"""Markdown that several generated parts use."""

from __future__ import annotations

from collections.abc import Sequence


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells as text."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def code_in_note(command: str) -> str:
    """A command as a block of code inside a note, which indents it; parts joined by && get a line each."""
    lines = "\n".join(f"    {line}" for line in command.split(" && "))
    return f"    ```bash\n{lines}\n    ```"
