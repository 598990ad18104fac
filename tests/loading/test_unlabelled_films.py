# SPDX-License-Identifier: Apache-2.0
"""Films that cannot be read are passed over."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
import torch
from monai.data import DataLoader
from monai.transforms import Compose

from bundle.dataset.datalist import datalist
from bundle.errors import RadiographError
from bundle.films.load_radiograph import LoadRadiographd
from bundle.loading.unlabelled_films import PASSED_OVER, UnlabelledFilms, collate_unlabelled
from bundle.transforms import Letterboxd


@pytest.fixture
def films(dataset: Path) -> UnlabelledFilms:
    """The four undrawn films; the second one is broken."""
    data = datalist(dataset, "unlabeled", 2, 0)
    Path(data[1]["image"]).write_bytes(b"no picture")
    return UnlabelledFilms(data, Compose([LoadRadiographd("image"), Letterboxd("image", 32)]), cache_dir=None)


def test_the_next_film_stands_in(films: UnlabelledFilms):
    assert [films[index]["film_index"] for index in range(4)] == [0, 2, 2, 3]
    assert torch.equal(films[1]["image"], films[2]["image"])
    ((film, reason),) = films[1][PASSED_OVER].items()
    assert film == 1 and Path(films.data[1]["image"]).name in reason


def test_reason_is_logged_once_and_the_film_is_read_no_more(films: UnlabelledFilms, caplog: pytest.LogCaptureFixture):
    for _ in range(2):
        batch = collate_unlabelled([films[index] for index in range(4)])
        assert batch["film_index"].tolist() == [0, 2, 2, 3]
        with caplog.at_level(logging.WARNING):
            films.report(batch.pop(PASSED_OVER))
    assert len(caplog.records) == 1 and "1 of 4" in caplog.text
    assert films[1][PASSED_OVER] == {}


def test_worker_processes_report_to_the_one_that_trains(films: UnlabelledFilms):
    (batch,) = DataLoader(films, batch_size=4, num_workers=1, collate_fn=collate_unlabelled)
    assert list(batch[PASSED_OVER]) == [1]


def test_pool_without_any_readable_film_is_an_error(films: UnlabelledFilms):
    for item in films.data:
        Path(item["image"]).write_bytes(b"no picture")
    with pytest.raises(RadiographError, match="none of the 4 unlabelled films can be read"):
        films[0]
