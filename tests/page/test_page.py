# SPDX-License-Identifier: Apache-2.0
"""The page of a run: its figures, its pictures, and that it needs nothing from outside."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bundle.errors import BundleError
from bundle.evaluation.evaluation import write_evaluation
from bundle.evaluation.reader import read_evaluation
from bundle.measurements import Definition
from bundle.measurements.rules import Distance
from bundle.page.page import write_page
from bundle.page.sections.films import film_section
from bundle.results.film_result import FilmResult
from film_results import measured

Results = list[FilmResult]
REFERENCES = ("src", "srcset", "href", "action", "data", "poster")


class Page(HTMLParser):
    """The text, the references and the element ids of a page."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.references: list[str] = []
        self.ids: set[str] = set()
        self.tags: list[str] = []
        self.alternatives: list[str] = []
        self.scopes: list[str | None] = []
        self.feed(content)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "img" or dict(attributes).get("role") == "img":
            self.alternatives.append(dict(attributes).get("alt" if tag == "img" else "aria-label") or "")
        if tag == "th":
            self.scopes.append(dict(attributes).get("scope"))
        self.references += [value or "" for name, value in attributes if name in REFERENCES]
        self.ids |= {value for name, value in attributes if name == "id" and value}

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture
def run(tmp_path: Path) -> Path:
    (tmp_path / "history.csv").write_text("iteration,epoch,loss,validation_error_px\n0,0,,9\n5,1,0.5,4\n")
    (tmp_path / "config.json").write_text('{"learning_rate": 0.001, "note": "<b>&"}')
    return tmp_path


def written(
    run: Path,
    results: Results,
    synthetic: bool = False,
    overlays: Mapping[str, int] | None = None,
    measurements: Sequence[Definition] = (),
) -> str:
    mean_shape = [replace(result, landmarks=result.landmarks + 20) for result in results]
    write_evaluation(mean_shape, run / "mean_shape", synthetic=synthetic)
    write_evaluation(measured(results, *measurements), run / "dag", synthetic=synthetic, overlays=overlays or {})
    write_page(
        run / "page" / "index.html",
        {"Mean shape only": run / "mean_shape", "Deep Adaptive Graph": run / "dag"},
        title="DAG on <pelvis>",
        facts={"labelled films": "10"},
        run=run,
        predictions=sorted((run / "dag").glob("overlays/best_1*")),
    )
    return (run / "page" / "index.html").read_text(encoding="utf-8")


def test_figures_are_on_the_page(run: Path, results: Results) -> None:
    text = Page(written(run, results)).text
    # errors 0, 1, ..., 9 px for each of three landmarks, one of film 3's missing; above 6 px is a failure
    assert "Deep Adaptive Graph 2.28 ± 1.45 2.50 4.55 ± 2.91 5.00 31.0 %" in text
    # by the mean shape 20 px further off, then by the network
    assert "right hip 15.91 2.33 2.50 1.49 33.3 %" in text and "symphysis, pubic 15.84 2.25" in text
    assert "Error on 10 test films" in text and "ynthetic" not in text
    assert "over 29 landmarks" in text
    assert "SDR 2.5 mm" in text
    assert "labelled films 10" in text
    assert "DAG on <pelvis>" in text and '"note": "<b>&"' in text
    assert "Research use only" in text and "Patent notice" in text


def test_it_holds_its_pictures_and_refers_to_nothing_outside(run: Path, results: Results) -> None:
    content = written(run, results, overlays={"best": 2, "typical": 2, "worst": 3})
    page = Page(content)
    links = {reference for reference in page.references if not reference.startswith("data:image/")}
    assert links <= {f"#{name}" for name in page.ids}
    assert "http" not in content and not re.search(r"url\((?!#)", content) and "@import" not in content
    assert not {"script", "link", "iframe"}.intersection(page.tags)
    assert str(run) not in content
    assert len(content) < 6e6

    pictures = re.findall(r"data:image/(\w+);base64,([\w+/=]+)", content)
    assert len(pictures) == 7 + 1  # seven films, one prediction
    for kind, encoded in pictures:
        with Image.open(io.BytesIO(base64.b64decode(encoded))) as picture:
            assert picture.format == kind.upper()
            assert max(picture.size) > 500
    assert content.count("<svg") == 3
    for case in ("Best", "Typical", "Worst"):
        assert f"{case} films:" in page.text
    assert "films/film_9.png 4.50 mm" in page.text
    assert "best_1_film_0" in page.text
    assert "films/film_9.png 4.50 mm 3 failures" in page.text and "films/film_0.png 0.00 mm 0 failures" in page.text


def test_it_can_be_read_without_seeing_it(run: Path, results: Results) -> None:
    content = written(run, results, overlays={"worst": 1})
    page = Page(content)
    assert '<html lang="en">' in content
    headings = [int(tag[1]) for tag in page.tags if tag in ("h1", "h2", "h3", "h4")]
    assert headings[0] == 1 and headings.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))
    assert page.scopes and None not in page.scopes
    assert all(page.alternatives)
    assert any("The largest: left hip 2.25 mm" in text or "right hip 2.33 mm" in text for text in page.alternatives)
    assert "films/film_9.png with its landmarks, mean error 4.50 mm" in page.alternatives


def test_its_charts_are_coloured_by_light_and_dark(run: Path, results: Results) -> None:
    """Every variable that a chart takes a colour from has one on light and another one on dark pages."""
    content = written(run, results)
    style, body = content.split("</style>")
    used = set(re.findall(r"var\((--chart-\d+)\)", body))
    light, dark = (
        dict(re.findall(r"(--chart-\d+): (#\w+);", part)) for part in style.split("@media screen and (prefers", 1)
    )
    assert len(used) > 5 and all(light[name] != dark[name] for name in used)


def test_no_id_is_given_twice(run: Path, results: Results) -> None:
    width = Distance(name="Width", rule="distance", unit="mm", points=("left hip", "right hip"))
    content = written(run, results, overlays={"worst": 2}, measurements=[width])
    ids = re.findall(r' id="([^"]+)"', content)
    assert len(ids) > 10 and len(ids) == len(set(ids))


def test_on_paper_it_is_light_and_whole(run: Path, results: Results) -> None:
    """What is dark is so on screens alone, and the print style opens what can be folded and scrolls nothing."""
    content = written(run, results)
    assert content.count("prefers-color-scheme") == content.count("@media screen and (prefers-color-scheme: dark)") > 0
    paper = content.split("@media print {")[1].split("</style>")[0]
    assert "details::details-content { content-visibility: visible; }" in paper
    assert "pre { max-height: none; overflow: visible;" in paper and ".scroll { overflow: visible; }" in paper


def test_landmarks_without_a_true_point_are_named(run: Path, results: Results) -> None:
    assert "Not drawn" not in Page(written(run, results)).text
    for result in results:
        result.true_landmarks[1] = np.nan
    text = Page(written(run, results)).text
    assert "Not drawn, since no film tells its error: right hip." in text
    assert "right hip – – – – –" in text


def test_an_infinite_error_is_told(run: Path, results: Results) -> None:
    results[4].landmarks[1] = np.nan
    page = Page(written(run, results))
    assert any("The largest: right hip infinite mm" in text for text in page.alternatives)


def test_settings_name_no_folder_of_a_machine_and_leave_out_what_all_runs_share(run: Path, results: Results) -> None:
    settings = {"_meta_": {"version": "0.1.0"}, "dataset_dir": str(run), "scale": [0.8, 1.25], "net": {"x": "y" * 120}}
    (run / "config.json").write_text(json.dumps(settings))
    content = unescape(written(run, results))
    assert str(run) not in content
    shown = content.split("<pre>")[1].split("</pre>")[0]
    del settings["_meta_"]
    assert json.loads(shown) == settings | {"dataset_dir": run.name}
    assert '  "scale": [0.8, 1.25],' in shown.splitlines()


def test_a_picture_that_is_gone_is_told(run: Path, results: Results) -> None:
    written(run, results, overlays={"best": 1})
    (run / "dag" / "overlays" / "best_1_film_0.jpg").unlink()
    with pytest.raises(BundleError, match=r"best_1_film_0\.jpg: cannot be read as a picture"):
        film_section(read_evaluation(run / "dag"))


def test_synthetic_films_are_called_so(run: Path, results: Results) -> None:
    page = Page(written(run, results, synthetic=True))
    assert "Synthetic radiographs." in page.text
    assert "Error on 10 synthetic test films" in page.text
    assert "cumulative error over all landmarks of all synthetic test films" in page.text
    assert "the synthetic films laid on each other" in page.text


def test_unknown_spacing_leaves_out_millimetres(run: Path, results: Results) -> None:
    unknown = [replace(result, spacing=np.full(2, np.nan)) for result in results]
    page = Page(written(run, unknown, overlays={"best": 1}))
    assert "mm," not in page.text and "SDR" not in page.text
    assert "the pixel size of these films is unknown" in page.text
    assert "% of image width" in page.text
    assert "Deep Adaptive Graph 4.55 ± 2.91 5.00 31.0 %" in page.text


def test_some_spacing_is_said(run: Path, results: Results) -> None:
    results[0] = replace(results[0], spacing=np.full(2, np.nan))
    assert "in mm over the 9 films of known pixel size" in Page(written(run, results)).text


def test_a_missing_part_is_told(run: Path, results: Results) -> None:
    (run / "config.json").unlink()
    with pytest.raises(BundleError, match=r"config\.json: cannot be read"):
        written(run, results)


def test_measurements_are_a_table_if_there_are_any(run: Path, results: Results) -> None:
    """Film i is predicted i pixels of 0.5 mm too wide; the truth of film 3 is unknown."""
    for index, result in enumerate(results):
        result.landmarks[:] = np.array([[30, 40], [90 + index, 40], [60, 60]], dtype=np.float32)
    results[9].landmarks[1] = np.nan
    assert "Measurements" not in Page(written(run, results)).text
    width = Distance(name="Width <i>", rule="distance", unit="mm", points=("left hip", "right hip"))
    page = Page(written(run, results, measurements=[width]))
    text = page.text
    assert "Width <i> mm 2.06 8 (1 not measured) 2.06" in text
    assert "SMAPE" not in text
    assert "Width <i>: difference of predicted and true over their mean" in page.alternatives[-1]
