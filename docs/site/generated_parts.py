# SPDX-License-Identifier: Apache-2.0
"""The generated parts of pages by name, and where in a page they stand.

A page asks for a part by a comment of its own line, `<!-- generated: NAME -->`. `write_tables.py` writes the part below
it as plain Markdown, for those who read the file itself, up to `<!-- end of generated: NAME -->`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import result_tables
from command_help import command_help, import_help, preset_commands
from public_names import public_names
from reference_tables import import_formats, measurement_rules, shipped_measurements
from settings_table import method_settings, stage_settings

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

_BLOCK = re.compile(
    r"^<!-- generated: (?P<name>\w+) -->$(?:(?:(?!^<!-- generated:).)*?^<!-- end of generated: (?P=name) -->$)?",
    re.MULTILINE | re.DOTALL,
)


class UnknownPart(ValueError):
    """A page asks for a part that nobody generates."""


def replace_parts(markdown: str, part: Callable[[str], str]) -> str:
    """A page with every generated part, its comments included, replaced.

    Args:
        markdown: the page, its parts filled in or not.
        part: what takes the place of the part of a name.

    Raises:
        UnknownPart: A name is not one of `GENERATED`.
    """
    return _BLOCK.sub(lambda found: part(_known(found["name"])), markdown)


def _known(name: str) -> str:
    if name not in GENERATED:
        raise UnknownPart(f"nothing is generated under the name {name!r}")
    return name
