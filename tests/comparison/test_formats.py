# SPDX-License-Identifier: Apache-2.0
"""Tables in the formats of readers and of programs."""

from __future__ import annotations

import pandas as pd

from bundle.comparison.formats import latex, markdown
from bundle.comparison.tables import Table

PLAIN = Table("Table 1: 5 films", pd.DataFrame({"method": ["Π-model"], "failure rate": ["1.0 ± 0.2 %"]}), "–: none.")
AGAINST = "against A & B"
GROUPED = Table(
    "Differences", pd.DataFrame({("", "method"): ["C"], (AGAINST, "mm"): ["−0.2 *"], (AGAINST, "ratio"): ["0.9"]}), ""
)


def test_markdown():
    assert markdown([PLAIN, GROUPED]).splitlines() == [
        "## Table 1: 5 films",
        "",
        "| method | failure rate |",
        "| --- | --- |",
        "| Π-model | 1.0 ± 0.2 % |",
        "",
        "–: none.",
        "",
        "## Differences",
        "",
        "| method | against A & B: mm | against A & B: ratio |",
        "| --- | --- | --- |",
        r"| C | −0.2 \* | 0.9 |",
    ]


def test_latex():
    text = latex([PLAIN, GROUPED])
    assert r"\caption{Table 1: 5 films. --: none.}" in text
    assert r"\begin{tabular}{lr}" in text
    assert r"$\Pi$-model & 1.0 $\pm$ 0.2 \% \\" in text
    assert (
        " & \\multicolumn{2}{c}{against A \\& B} \\\\\n\\cmidrule(lr){2-3}\nmethod & mm & ratio \\\\\n\\midrule" in text
    )
    assert r"C & $-$0.2 * & 0.9 \\" in text
    assert text.count(r"\begin{tabular}") == text.count(r"\end{tabular}") == 2
    text.encode("ascii")
