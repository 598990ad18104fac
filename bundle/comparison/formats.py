# SPDX-License-Identifier: Apache-2.0
"""Tables as Markdown and as LaTeX."""

from __future__ import annotations

from collections.abc import Sequence

from bundle.comparison.tables import Table

_LATEX = {"\\": r"\textbackslash{}", **{mark: f"\\{mark}" for mark in "&%$#_{}"}}
_LATEX |= {"±": r"$\pm$", "Π": r"$\Pi$", "–": "--", "−": "$-$", "²": r"$^2$", "<": r"$<$", ">": r"$>$"}


def markdown(tables: Sequence[Table]) -> str:
    """Tables with their titles and notes as Markdown."""
    parts = []
    for table in tables:
        headings = [f"{group}: {name}" if group else name for group, name in table.columns]
        lines = [headings, ["---"] * len(headings), *([cell.replace("*", r"\*") for cell in row] for row in table.rows)]
        parts.append(f"## {table.title}")
        parts.append("\n".join(f"| {' | '.join(line)} |" for line in lines))
        parts.append(table.note)
    return "\n\n".join(part for part in parts if part) + "\n"


def latex(tables: Sequence[Table]) -> str:
    """Tables as LaTeX; the document that includes them needs the package booktabs."""
    return "% \\usepackage{booktabs}\n\n" + "\n".join(map(_latex_table, tables))


def _latex_table(table: Table) -> str:
    heading = [_latex_row([name for _, name in table.columns])]
    if table.groups():
        heading = [*_latex_groups(table.groups()), *heading]
    lines = [
        r"\begin{table}",
        r"\centering",
        rf"\caption{{{_escaped(f'{table.title}. {table.note}'.strip())}}}",
        rf"\begin{{tabular}}{{l{'r' * (len(table.columns) - 1)}}}",
        r"\toprule",
        *heading,
        r"\midrule",
        *map(_latex_row, table.rows),
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def _latex_groups(groups: Sequence[tuple[str, int]]) -> list[str]:
    """A row of headings that span columns, and a rule below each."""
    cells = [
        rf"\multicolumn{{{span}}}{{c}}{{{_escaped(name)}}}" if name else " & " * (span - 1) for name, span in groups
    ]
    ends = [sum(span for _, span in groups[: index + 1]) for index in range(len(groups))]
    rules = [
        rf"\cmidrule(lr){{{end - span + 1}-{end}}}" for (name, span), end in zip(groups, ends, strict=True) if name
    ]
    return [" & ".join(cells) + r" \\", "".join(rules)]


def _latex_row(cells: Sequence[str]) -> str:
    return " & ".join(map(_escaped, cells)) + r" \\"


def _escaped(text: str) -> str:
    return "".join(_LATEX.get(mark, mark) for mark in text)
