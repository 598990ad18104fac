# SPDX-License-Identifier: Apache-2.0
"""Writes the generated parts into the pages: `python docs/site/write_tables.py`, after a change of results or of code.

Who reads a page in the repository sees them as plain Markdown; the site puts their full form in their place.
"""

from __future__ import annotations

from pathlib import Path

from generated_parts import UnknownPart, replace_parts
from plain_parts import plain, where_commands_are

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]


def written(markdown: str) -> str:
    """A page with its generated parts as they are today, and below the first that has commands where these are.

    Raises:
        UnknownPart: The page asks for a part that nobody generates.
    """
    said = ""

    def block(name: str) -> str:
        nonlocal said
        sentence = "" if said else where_commands_are(name)
        said = said or sentence
        lines = [f"<!-- generated: {name} -->", plain(name), sentence, f"<!-- end of generated: {name} -->"]
        return "\n\n".join(line for line in lines if line)

    return replace_parts(markdown, block)


if __name__ == "__main__":
    for page in PAGES:
        before = page.read_text()
        try:
            after = written(before)
        except UnknownPart as error:
            raise SystemExit(f"{page.relative_to(ROOT)}: {error}") from None
        if after != before:
            page.write_text(after)
            print(page.relative_to(ROOT))
