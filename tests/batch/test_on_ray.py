# SPDX-License-Identifier: Apache-2.0
"""A Ray of two processors on this machine gives the same rows, and outlives a film that kills its processes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import ray

from bundle.batch import on_ray


@pytest.fixture
def two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start the Ray of this machine with two processors, however many there are."""
    start = ray.init
    monkeypatch.setattr(ray, "init", lambda **settings: start(num_cpus=2, **settings))


@pytest.mark.ray
def test_rows_are_those_without_it(
    films: Path, tmp_path: Path, do: Callable, rows: Callable, two_processors: None, monkeypatch: pytest.MonkeyPatch
):
    assert do(films) == 0
    alone = rows().set_index("path").sort_index()
    (tmp_path / "rows").rename(tmp_path / "alone")

    class Deadly(on_ray._Rows):
        def rows(self, entries):
            if any(entry.path == "day 1/7.png" for entry in entries):
                import os

                os._exit(9)
            return super().rows(entries)

    monkeypatch.setattr(on_ray, "_Rows", Deadly)
    assert do(films, "--address", "local") == 0
    found = rows().set_index("path").sort_index()
    assert list(found.index) == list(alone.index)
    assert list(found.index[found.status == "refused"]) == ["day 1/7.png"]
    assert "killed 3 times" in found.reason["day 1/7.png"]
    for path in found.index.drop("day 1/7.png"):
        for here, there in zip(alone.landmarks[path], found.landmarks[path], strict=True):
            assert here == pytest.approx(there, abs=1e-2, nan_ok=True)


def test_no_cluster_is_told_in_one_sentence(films: Path, do: Callable, capsys: pytest.CaptureFixture[str]):
    assert do(films, "--address", "nonsense:port") == 2
    assert "no Ray answers at nonsense:port" in capsys.readouterr().err
