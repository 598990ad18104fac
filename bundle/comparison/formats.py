# SPDX-License-Identifier: Apache-2.0
"""Tables as Markdown and as LaTeX."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate

from bundle.comparison.tables import Table

_LATEX = {"\\": r"\textbackslash{}", **{mark: f"\\{mark}" for mark in "&%$#_{}"}}
_LATEX |= {"±": r"$\pm$", "Π": r"$\Pi$", "–": "--", "−": "$-$", "²": r"$^2$", "<": r"$<$", ">": r"$>$"}


def markdown(tables: Sequence[Table]) -> str:
    """Tables with their titles and notes as Markdown."""
    parts = []
    for table in tables:
        headings = [name if isinstance(name, str) else ": ".join(filter(None, name)) for name in table.cells.columns]
        lines = [headings, ["---"] * len(headings), *table.cells.map(lambda cell: cell.replace("*", r"\*")).to_numpy()]
        parts += [f"## {table.title}", "\n".join(f"| {' | '.join(line)} |" for line in lines), table.note]
    return "\n\n".join(filter(None, parts)) + "\n"


def latex(tables: Sequence[Table]) -> str:
    """Tables as LaTeX; the document that includes them needs the package booktabs."""
    return "% \\usepackage{booktabs}\n\n" + "\n".join(map(_latex_table, tables))


def _latex_table(table: Table) -> str:
    style = table.cells.style.hide(axis="index").format(_escaped).format_index(_escaped, axis="columns")
    text: str = style.to_latex(
        caption=_escaped(f"{table.title}. {table.note}".strip()),
        column_format="l" + "r" * (len(table.headings) - 1),
        position_float="centering",
        multicol_align="c",
        hrules=True,
    )
    if not table.groups():
        return text
    groups = table.groups()
    ends = accumulate(span for _, span in groups)
    rules = [
        rf"\cmidrule(lr){{{end - span + 1}-{end}}}" for (name, span), end in zip(groups, ends, strict=True) if name
    ]
    return re.sub(r"\\toprule\n.*\n", lambda start: start[0] + "".join(rules) + "\n", text)


def _escaped(text: str) -> str:
    return "".join(_LATEX.get(mark, mark) for mark in text)
