# SPDX-License-Identifier: Apache-2.0
"""What mkdocs calls while it builds the site: generated tables, drawn figures, and the model card as a page.

A page asks for a generated part by a comment of its own line, `<!-- generated: NAME -->`, and for a drawn figure as
Markdown shows any picture. The figure is put into the page itself, so that it takes on the page's colours.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path

import result_tables
from command_help import command_help, import_help, preset_commands
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from public_names import public_names
from reference_tables import import_formats, measurement_rules, shipped_measurements
from settings_table import method_settings, stage_settings

DOCS = Path(__file__).resolve().parents[1]
MODEL_CARD = "model_card.md"

_MARKER = re.compile(r"^<!-- generated: (\w+) -->$", re.MULTILINE)
_FIGURE = re.compile(r"^!\[([^\]]+)\]\([./]*(figures/\w+\.svg)\)$", re.MULTILINE)

GENERATED: dict[str, Callable[[], str]] = {
    "command_help": command_help,
    "import_formats": import_formats,
    "import_help": import_help,
    "measurement_rules": measurement_rules,
    "presets": preset_commands,
    "public_names": public_names,
    "shipped_measurements": shipped_measurements,
    "stage_settings": stage_settings,
    "method_settings": method_settings,
    **result_tables.PARTS,
}


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Show `docs/README.md`, MONAI's model card, beside the home page that would take its place."""
    files.append(File.generated(config, MODEL_CARD, content=(DOCS / "README.md").read_text()))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Fill in what is generated and what is drawn."""
    del config, files
    return _FIGURE.sub(_drawn, _MARKER.sub(lambda found: _generated(found[1], page), markdown))


def _generated(name: str, page: Page) -> str:
    if name not in GENERATED:
        raise PluginError(f"{page.file.src_uri}: nothing is generated under the name {name!r}")
    return GENERATED[name]()


def _drawn(found: re.Match[str]) -> str:
    svg = (DOCS / found[2]).read_text().strip()
    return f'<figure class="drawn">{svg}<figcaption>{html.escape(found[1], quote=False)}</figcaption></figure>'
