# SPDX-License-Identifier: Apache-2.0
"""A film that cannot be read or prepared: training names it before it begins, inference goes on without it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from monai.bundle import ConfigWorkflow
from PIL import Image

from bundle.errors import RadiographError, bundle_error

Make = Callable[..., ConfigWorkflow]


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:300])


def nearly_black(file: Path) -> None:
    pixels = np.zeros((56, 64), dtype=np.uint8)
    pixels[0, :5] = 200
    Image.fromarray(pixels).save(file)


DAMAGES = {"cut": cut, "nearly black": nearly_black, "empty": lambda file: file.write_bytes(b"")}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("film", ["0.png", "6.png"], ids=["training", "validation"])
def test_training_names_it_before_it_begins(training: Make, dataset: Path, tmp_path: Path, damage: str, film: str):
    DAMAGES[damage](dataset / film)
    with pytest.raises(RuntimeError) as raised:
        training(shots=6).run()
    known = bundle_error(raised.value)
    assert isinstance(known, RadiographError) and str(known).startswith(f"{film}: ")
    assert not (tmp_path / "run" / "history.csv").exists()


@pytest.mark.parametrize("damage", DAMAGES)
def test_inference_goes_on_without_it(apply: Make, mean_shape: Path, dataset: Path, tmp_path: Path, damage: str):
    DAMAGES[damage](dataset / "5.png")
    with pytest.raises(RuntimeError) as raised:
        apply(dataset_dir=str(dataset), checkpoint=str(mean_shape)).run()
    assert "1 of 10 films could not be read: 5.png" in str(raised.value.__cause__)
    assert len(list((tmp_path / "out").glob("*.png.json"))) == 9
