# SPDX-License-Identifier: Apache-2.0
"""Generated parts as plain Markdown, for those who read a page in the repository.

They have the tables of the site, without charts and unfolding notes, which plain Markdown does not know. In place of
what would fill hundreds of lines, they say where to look.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from generated_parts import GENERATED
from markdown_parts import table
from public_names import rooms
from settings_table import STAGE_1, STAGES

from bundle.__main__ import VERBS

_RECORDS = "../../benchmarks/results"
_CHART = re.compile(r"^<figure .*</figure>$", re.MULTILINE)
_NOTE = re.compile(r"^\?\?\? .*\n(?:\n| {4}.*(?:\n|\Z))*", re.MULTILINE)


def plain(name: str) -> str:
    """The part of a name as plain Markdown."""
    if name in _SHORT:
        return _SHORT[name]()
    part = _CHART.sub("", _NOTE.sub("", _generated(name)))
    return re.sub(r"\n{3,}", "\n\n", part).strip().replace("<br>", "; ")


def where_commands_are(name: str) -> str:
    """Of a part whose notes hold commands, a sentence on where else they stand; else nothing."""
    if name in _SHORT or not _NOTE.search(_generated(name)):
        return ""
    file = "speed.csv" if name == "speed" else "runs.csv"
    return f"*Commands are in [{file}]({_RECORDS}/{file}). The site (`make docs`) shows them.*"


@cache
def _generated(name: str) -> str:
    return GENERATED[name]()


def _verbs() -> str:
    return "\n\n".join(
        [
            "## Verbs of `python -m bundle`",
            table(["verb", "what it does"], [[f"`{name}`", verb.help] for name, verb in VERBS.items()]),
            "`python -m bundle VERB --help` prints the options of one; the site (`make docs`) has those of all.",
        ]
    )


def _import_help() -> str:
    return "`python -m bundle import --help` prints all options. The site (`make docs`) shows them."


def _setting_files() -> str:
    stages = {"Training, stage 1": tuple(STAGE_1.values()), **{title: (file,) for title, file in STAGES.items()}}
    body = [[title, ", ".join(f"[{file}](../../configs/{file})" for file in files)] for title, files in stages.items()]
    sentence = "Each setting stands in these files, below a comment. The site (`make docs`) has them all as tables."
    return "\n\n".join([sentence, table(["of", "files"], body)])


def _names() -> str:
    body = [
        [f"`{room}`", sentence, ", ".join(f"`{name}`" for name in names if name)] for room, sentence, names in rooms()
    ]
    sentence = "Docstrings describe each. The site (`make docs`) shows them."
    return "\n\n".join([sentence, table(["module", "what it is", "names"], body)])


def _draws() -> str:
    return f"Each training is a row of [draws.csv]({_RECORDS}/draws.csv). The site (`make docs`) shows them as a table."


_SHORT: dict[str, Callable[[], str]] = {
    "command_help": _verbs,
    "import_help": _import_help,
    "stage_settings": _setting_files,
    "public_names": _names,
    "every_draw_cephalograms": _draws,
}
