# SPDX-License-Identifier: Apache-2.0
"""Which films stage 2 may learn from."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from bundle.dataset.unlabelled_pool import unlabelled_pool
from bundle.errors import ConfigurationError, DatasetError


def test_undrawn_training_films_without_their_landmarks(dataset: Path):
    pool = unlabelled_pool(dataset, 4, 0)
    assert len(pool) == 2
    assert all(np.isnan(item["label"]).all() for item in pool)


def test_pool_without_a_film_is_refused(dataset: Path):
    with pytest.raises(ConfigurationError, match=r"dataset\.json: has no unlabelled film for stage 2"):
        unlabelled_pool(dataset, 6, 0)


def test_copy_of_a_test_film_is_refused(dataset: Path):
    name = unlabelled_pool(dataset, 4, 0)[1]["name"]
    shutil.copyfile(dataset / "9.png", dataset / name)
    with pytest.raises(DatasetError, match=rf"the film '{name}' has the content of the test film '9\.png'"):
        unlabelled_pool(dataset, 4, 0)
