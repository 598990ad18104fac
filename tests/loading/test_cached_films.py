# SPDX-License-Identifier: Apache-2.0
"""The disk cache: decoded once, never stale, never half, and never the end of a run."""

from __future__ import annotations

import errno
import logging
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from monai.transforms import Compose, RandAdjustContrastd, ScaleIntensityRangePercentilesd

from bundle.dataset.datalist import datalist
from bundle.errors import RadiographError
from bundle.films.load_radiograph import LoadRadiographd
from bundle.loading import cached_films
from bundle.loading.cached_films import CachedFilms
from bundle.loading.unlabelled_batch import UnlabelledFilm
from bundle.loading.unlabelled_films import UnlabelledFilms
from bundle.transforms import Letterboxd, RandDeformd
from bundle.transforms.deformation import RandDeformUnlabelledd

Films = Callable[..., CachedFilms]


class CountedRadiographd(LoadRadiographd):
    """Counts how often a film is decoded."""

    decoded: list[str]

    def __call__(self, data: Any) -> dict:
        type(self).decoded.append(data["name"])
        return super().__call__(data)


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the films in the order in which they were decoded."""
    names: list[str] = []
    monkeypatch.setattr(CountedRadiographd, "decoded", names, raising=False)
    return names


@pytest.fixture
def films(dataset: Path, tmp_path: Path, decoded: list[str]) -> Films:
    """Make the six training films `films(upper=99.5, random=[], kind=CachedFilms, ...)`, as a new run would."""

    def make(upper: float = 99.5, random: list = (), kind: type = CachedFilms, **settings: Any) -> CachedFilms:
        scale = ScaleIntensityRangePercentilesd("image", 0.5, upper, 0.0, 1.0, clip=True)
        deform = [RandDeformUnlabelledd("image", torch.rand(3, 2))] if kind is UnlabelledFilms else []
        transforms = Compose([CountedRadiographd("image"), scale, Letterboxd("image", 32), *random, *deform])
        return kind(datalist(dataset, "training"), transforms, tmp_path / "cache", **settings)

    return make


def cached(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache").iterdir())


def images(films: CachedFilms) -> list[torch.Tensor]:
    return [image(films[index]) for index in range(len(films))]


def image(item: dict[str, Any] | UnlabelledFilm) -> torch.Tensor:
    return item.film if isinstance(item, UnlabelledFilm) else item["image"]


def test_a_film_is_decoded_once_for_all_runs_and_read_once_in_a_run(
    films: Films, decoded: list[str], monkeypatch: pytest.MonkeyPatch
):
    first = films(random=[RandDeformd("image")], in_memory=True)
    drawn = [first[0]["image"] for _ in range(3)]
    assert not torch.equal(drawn[0], drawn[1])
    second = films(random=[RandDeformd("image")], in_memory=True)
    kept = second[0]
    assert decoded == ["0.png"]
    monkeypatch.setattr(torch, "load", None)
    assert second[0]["image"].shape == kept["image"].shape


def test_what_is_read_back_is_what_was_decoded(films: Films, decoded: list[str]):
    fresh, again = films()[0], films()[0]
    assert decoded == ["0.png"] and fresh.keys() == again.keys()
    for name, value in fresh.items():
        same = torch.equal(value, again[name]) if isinstance(value, torch.Tensor) else value == again[name]
        assert same and type(value) is type(again[name]), name


def test_settings_of_the_preprocessing_are_part_of_the_key(films: Films, decoded: list[str]):
    narrow, wide = films(upper=90)[0]["image"], films(upper=100)[0]["image"]
    assert len(decoded) == 2 and not torch.equal(narrow, wide)


def test_random_transforms_are_no_part_of_the_key(films: Films, decoded: list[str]):
    films()[0], films(random=[RandAdjustContrastd("image")])[0]
    assert decoded == ["0.png"]


def test_a_repaired_reader_reaches_a_folder_that_was_used_before(
    films: Films, decoded: list[str], monkeypatch: pytest.MonkeyPatch
):
    films()[0]
    monkeypatch.setattr(cached_films, "code_version", lambda transforms: "repaired")
    films()[0], films()[0]
    assert len(decoded) == 2


def test_stated_spacing_and_landmarks_are_part_of_the_key(films: Films, decoded: list[str]):
    for change in ({}, {"spacing": np.array([0.1, 0.2], np.float32)}, {"label": np.zeros((3, 2), np.float32)}):
        changed = films()
        changed.data[0].update(change)
        item = changed[0]
    assert len(decoded) == 3
    assert item["label"].shape == (3, 2)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:1500])


def empty(file: Path) -> None:
    file.write_bytes(b"")


def flip_a_bit_of_the_pixels(file: Path) -> None:
    content = bytearray(file.read_bytes())
    with zipfile.ZipFile(file) as parts:
        largest = max(parts.infolist(), key=lambda part: part.file_size)
    content[largest.header_offset + 1000] ^= 1
    file.write_bytes(content)


def text(file: Path) -> None:
    file.write_text("something else")


def code(file: Path) -> None:
    torch.save(Path("x"), file)


def of_another_program(file: Path) -> None:
    torch.save({"image": torch.zeros(1, 32, 32)}, file)


def of_another_film(file: Path) -> None:
    others = [other for other in file.parent.iterdir() if other != file]
    file.write_bytes(others[0].read_bytes())


@pytest.mark.parametrize(
    "spoil", [cut, empty, flip_a_bit_of_the_pixels, text, code, of_another_program, of_another_film]
)
@pytest.mark.parametrize("kind", [CachedFilms, UnlabelledFilms])
def test_a_broken_cache_file_is_made_again_once_and_said(
    films: Films,
    decoded: list[str],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    spoil: Callable[[Path], None],
    kind: type,
):
    expected = image(films(kind=kind)[0])
    (file,) = cached(tmp_path)
    films(kind=kind)[1]
    spoil(file)
    decoded.clear()
    for _ in range(2):
        item = films(kind=kind)[0]
        assert torch.equal(image(item), expected) and not getattr(item, "unreadable", {})
    assert decoded == ["0.png"]
    (record,) = caplog.records
    assert record.levelno == logging.WARNING and file.name in record.message and "decoded again" in record.message


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), RuntimeError("unexpected pos 64")])
@pytest.mark.parametrize("kind", [CachedFilms, UnlabelledFilms])
def test_a_full_disk_costs_time_alone(
    films: Films,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    kind: type,
):
    expected = images(films(kind=kind))
    for file in cached(tmp_path)[:4]:
        file.unlink()

    def fail(content: object, file: Path) -> None:
        file.write_bytes(b"half of it")
        raise error

    with monkeypatch.context() as full:
        full.setattr(torch, "save", fail)
        went_on = films(kind=kind)
        for _ in range(2):
            assert all(map(torch.equal, images(went_on), expected))
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "free space" in caplog.text and "decoded anew" in caplog.text
    assert len(cached(tmp_path)) == 2  # nothing half
    images(films(kind=kind))
    assert len(cached(tmp_path)) == 6


def test_a_broken_film_is_told_from_a_broken_cache(films: Films, dataset: Path, tmp_path: Path):
    films()[0]
    labelled, pool = films(), films(kind=UnlabelledFilms)
    cut(cached(tmp_path)[0])
    (dataset / "0.png").write_bytes(b"no picture")
    with pytest.raises(RadiographError, match=r"^0\.png: "):
        labelled[0]
    item = pool[0]
    assert item.index == 1 and "0.png" in item.unreadable[0]


def test_without_a_folder_nothing_is_kept(dataset: Path, decoded: list[str]):
    uncached = CachedFilms(datalist(dataset, "training"), Compose([CountedRadiographd("image")]), None)
    uncached[0], uncached[0]
    assert decoded == ["0.png", "0.png"]
