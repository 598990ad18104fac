# SPDX-License-Identifier: Apache-2.0
"""Pages read in the repository have the generated parts of today, as plain Markdown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from generated_parts import GENERATED, UnknownPart, replace_parts
from plain_parts import plain
from write_tables import PAGES, ROOT, written

FILLED = [page for page in PAGES if "<!-- generated:" in page.read_text()]


@pytest.mark.parametrize("page", FILLED, ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_have_what_is_generated_today(page: Path) -> None:
    assert page.read_text() == written(page.read_text()), "run python docs/site/write_tables.py"


def test_every_part_stands_in_one_page() -> None:
    names = [name for page in FILLED for name in re.findall(r"^<!-- generated: (\w+) -->$", page.read_text(), re.M)]
    assert sorted(names) == sorted(GENERATED)


@pytest.mark.parametrize("name", GENERATED)
def test_plain_parts_are_known_everywhere(name: str) -> None:
    assert not re.search(r"</?(svg|figure|br|details)\b|^(\?\?\?|!!!|:::) ", plain(name), re.MULTILINE)


@pytest.mark.parametrize("page", FILLED, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_of_the_repository(page: Path) -> None:
    for address in re.findall(r"\]\(([^)#:]+)(?:#[\w-]*)?\)", page.read_text()):
        assert (page.parent / address).exists(), address


def test_charts_and_notes_go_and_tables_stay() -> None:
    page = written("<!-- generated: by_labelled_films -->\n\nText.\n\n<!-- generated: windows -->\n")
    assert "<svg" in GENERATED["by_labelled_films"]() and "```" in GENERATED["by_labelled_films"]()
    assert "<svg" not in page and "```" not in page
    assert page.count("\n| ---") == 2 and "Text." in page
    assert page.count("benchmarks/results/runs.csv") == 1, "once a page"
    assert page.endswith("|\n\n<!-- end of generated: windows -->\n")


def test_what_is_written_again_replaces_what_was_there() -> None:
    first = "<!-- generated: windows -->\n\nBetween.\n\n<!-- generated: acceptance -->\n\nBelow.\n"
    page = written(first)
    old = page.replace("DAG + windows", "an earlier name")
    assert old != page and written(old) == page
    assert replace_parts(page, lambda name: f"<!-- generated: {name} -->") == first


def test_a_part_that_nobody_generates_is_refused() -> None:
    with pytest.raises(UnknownPart, match="windoes"):
        written("<!-- generated: windoes -->\n")
