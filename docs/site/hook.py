# SPDX-License-Identifier: Apache-2.0
"""What mkdocs calls while it builds the site: generated tables, drawn figures, and the model card as a page.

A page has its generated parts as plain Markdown (`generated_parts.py`); their full form takes its place here. It asks
for a drawn figure as Markdown shows any picture. The figure is put into the page itself, to take on its colours.
"""

from __future__ import annotations

import html
import re
from pathlib import Path

from generated_parts import GENERATED, UnknownPart, replace_parts
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

DOCS = Path(__file__).resolve().parents[1]
MODEL_CARD = "model_card.md"

_FIGURE = re.compile(r"^!\[([^\]]+)\]\([./]*(figures/\w+\.svg)\)$", re.MULTILINE)


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Show `docs/README.md`, MONAI's model card, beside the home page that would take its place."""
    files.append(File.generated(config, MODEL_CARD, content=(DOCS / "README.md").read_text()))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Fill in what is generated and what is drawn."""
    del config, files
    try:
        filled = replace_parts(markdown, lambda name: GENERATED[name]())
    except UnknownPart as error:
        raise PluginError(f"{page.file.src_uri}: {error}") from error
    return _FIGURE.sub(_drawn, filled)


def _drawn(found: re.Match[str]) -> str:
    svg = (DOCS / found[2]).read_text().strip()
    return f'<figure class="drawn">{svg}<figcaption>{html.escape(found[1], quote=False)}</figcaption></figure>'
