# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from monai.transforms import Compose, Lambdad, ToTensord

from bundle.loading.cached_films import CachedFilms
from bundle.transforms import RandDeformd


def test_film_is_decoded_once_and_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    decoded = []

    def decode(image: np.ndarray) -> torch.Tensor:
        decoded.append(1)
        return torch.rand(1, 32, 32)

    def films() -> CachedFilms:
        data = [{"name": "a", "image": np.zeros(1), "label": np.ones((2, 2), np.float32)}]
        return CachedFilms(
            data, Compose([Lambdad("image", decode), ToTensord("label"), RandDeformd("image")]), tmp_path
        )

    first = films()
    drawn = [first[0]["image"] for _ in range(3)]
    assert len(decoded) == 1
    assert not torch.equal(drawn[0], drawn[1])
    second = films()
    kept = second[0]
    monkeypatch.setattr(torch, "load", None)
    assert second[0]["image"].shape == kept["image"].shape
    assert len(decoded) == 1
