# SPDX-License-Identifier: Apache-2.0
"""Films without landmarks in random views; those that cannot be read are passed over."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from monai.data import DataLoader
from monai.transforms import Compose, RandShiftIntensityd

from bundle.dataset.datalist import datalist
from bundle.errors import RadiographError
from bundle.films.load_radiograph import LoadRadiographd
from bundle.loading.unlabelled_batch import UnlabelledBatch
from bundle.loading.unlabelled_films import UnlabelledFilms
from bundle.transforms import Letterboxd
from bundle.transforms.deformation import RandDeformUnlabelledd

MEAN_SHAPE = torch.tensor([[0.3, 0.4], [0.6, 0.8]])


@pytest.fixture
def pool(dataset: Path) -> Callable[..., UnlabelledFilms]:
    """The four undrawn films in so many views: `pool(views)`."""

    def make(views: int = 1) -> UnlabelledFilms:
        random = [RandDeformUnlabelledd("image", MEAN_SHAPE), RandShiftIntensityd("image", offsets=0.1)]
        transform = Compose([LoadRadiographd("image"), Letterboxd("image", 32), *random])
        return UnlabelledFilms(datalist(dataset, "unlabeled", 2, 0), transform, cache_dir=None, views=views)

    return make


@pytest.fixture
def films(pool: Callable[..., UnlabelledFilms]) -> UnlabelledFilms:
    """The four films; the second one is broken."""
    films = pool()
    Path(films.data[1]["image"]).write_bytes(b"no picture")
    return films


def batch_of(films: UnlabelledFilms) -> UnlabelledBatch:
    return UnlabelledBatch.collate([films[index] for index in range(4)])


def test_the_next_film_stands_in(films: UnlabelledFilms):
    assert [films[index].index for index in range(4)] == [0, 2, 2, 3]
    assert torch.equal(films[1].film, films[2].film)
    ((film, reason),) = films[1].unreadable.items()
    assert film == 1 and Path(films.data[1]["image"]).name in reason


def test_reason_is_logged_once_and_the_film_is_read_no_more(films: UnlabelledFilms, caplog: pytest.LogCaptureFixture):
    for _ in range(2):
        batch = batch_of(films)
        assert batch.index.tolist() == [0, 2, 2, 3]
        with caplog.at_level(logging.WARNING):
            films.report(batch.unreadable)
    assert len(caplog.records) == 1 and "1 of 4" in caplog.text
    assert films[1].unreadable == {}


def test_worker_processes_report_to_the_one_that_trains(films: UnlabelledFilms):
    (batch,) = DataLoader(films, batch_size=4, num_workers=1, collate_fn=UnlabelledBatch.collate)
    assert list(batch.unreadable) == [1]


def test_pool_without_any_readable_film_is_an_error(films: UnlabelledFilms):
    for item in films.data:
        Path(item["image"]).write_bytes(b"no picture")
    with pytest.raises(RadiographError, match="none of the 4 unlabelled films can be read"):
        films[0]


def test_views_differ_and_come_again_with_the_seed_and_the_film_stays(pool: Callable[..., UnlabelledFilms]):
    films = pool(views=2)
    batches = []
    for _ in range(2):
        films.transform.set_random_state(3)
        batches.append(batch_of(films))
    first, second = batches[0].views
    assert batches[0].film.shape == first.image.shape == (4, 1, 32, 32)
    assert not torch.equal(first.image, second.image) and not torch.equal(first.image, batches[0].film)
    assert not torch.equal(first.deformation.matrix, second.deformation.matrix)
    for view, again in zip(batches[0].views, batches[1].views, strict=True):
        assert torch.equal(view.image, again.image)
        assert all(map(torch.equal, view.deformation, again.deformation))
    assert torch.equal(batches[0].film, batches[1].film)
    with pytest.raises(ValueError, match="too many values"):
        batches[0].view  # noqa: B018 - of stage 2, which has one


def test_selected_films_bring_all_that_is_theirs(pool: Callable[..., UnlabelledFilms]):
    batch = batch_of(pool())
    selected = batch.select(torch.tensor([False, True, False, True]))
    assert selected.index.tolist() == [1, 3]
    assert torch.equal(selected.film, batch.film[[1, 3]])
    assert torch.equal(selected.view.image, batch.view.image[[1, 3]])
    points = torch.rand(4, 5, 2)
    moved = batch.view.deformation.move(points)
    torch.testing.assert_close(selected.view.deformation.move(points[[1, 3]]), moved[[1, 3]])
