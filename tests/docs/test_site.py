# SPDX-License-Identifier: Apache-2.0
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("docs/**/*.md"), *ROOT.glob("*.md"), ROOT / "benchmarks" / "README.md"])
LONGEST_PARAGRAPH = 90


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as `make docs` builds it: a broken link, an omitted page or a missing docstring part ends it."""
    folder = tmp_path_factory.mktemp("site")
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    built = subprocess.run(
        words, cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


class Loaded(HTMLParser):
    """What a browser fetches for a page."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.feed(page.read_text())

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.addresses += [given[name] for name in ("src", "srcset", "poster", "data") if given.get(name)]
        if tag in ("link", "image", "use") and given.get("rel") not in ("canonical", "prev", "next"):
            self.addresses += [given[name] for name in ("href", "xlink:href") if given.get(name)]
        assert "mermaid" not in (given.get("class") or ""), "its program would be fetched"


def test_nothing_is_fetched_from_the_network(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 30
    for page in pages:
        for address in Loaded(page).addresses:
            assert not re.match(r"(\w+:)?//", address), f"{page.name} loads {address}"
    for sheet in site.rglob("*.css"):
        assert not re.search(r"(@import|url\()\s*['\"]?(https?:)?//", sheet.read_text()), sheet.name


def test_pages_hold_their_figures_tables_and_reference(site):
    method = (site / "concepts" / "method.html").read_text()
    assert method.count('<svg xmlns="http://www.w3.org/2000/svg" class="figure"') == 5
    assert "<td>0.91 (0.87" in (site / "results" / "cephalograms.html").read_text()
    assert 'id="bundle.networks.DeepAdaptiveGraph"' in (site / "reference" / "python.html").read_text()
    assert "bundle train" in (site / "reference" / "commands.html").read_text()
    assert not [page for page in site.rglob("*.html") if "generated:" in page.read_text()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_paragraphs_are_short(page):
    for paragraph in paragraphs(page.read_text()):
        assert len(paragraph.split()) <= LONGEST_PARAGRAPH, paragraph


def test_pages_that_files_name_are_there():
    sources = [*ROOT.glob("bundle/**/*.py"), *ROOT.glob("configs/**/*.json"), *ROOT.glob("configs/**/*.yaml"), *PAGES]
    for source in sources:
        for page in re.findall(r"\b(?:docs|benchmarks)/[\w/]+\.md\b", source.read_text()):
            assert (ROOT / page).is_file(), f"{source.relative_to(ROOT)} names {page}"


def paragraphs(markdown: str) -> Iterator[str]:
    """Prose between blank lines, an item of a list for itself; without tables and code."""
    prose = re.sub(r"^```.*?^```$", "", markdown, flags=re.DOTALL | re.MULTILINE)
    for part in re.split(r"\n\s*\n|\n(?=\s*(?:[-*]|\d+\.)\s)", prose):
        if not part.lstrip().startswith("|"):
            yield part


def test_a_long_paragraph_is_found():
    text = "# A\n\n" + "word " * 91 + "\n\n- one\n- two\n\n```\n" + "code " * 200 + "\n```\n"
    assert [len(part.split()) for part in paragraphs(text) if len(part.split()) > LONGEST_PARAGRAPH] == [91]
