# SPDX-License-Identifier: Apache-2.0
"""Which films are warned of because of text in their pixels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom import uid

from bundle.films.burned_in import burned_in_warning

CAPTURE = {"SOPClassUID": uid.SecondaryCaptureImageStorage, "Modality": "OT"}


@pytest.mark.parametrize(
    ("elements", "begins"),
    [
        ({"BurnedInAnnotation": "YES"}, "BurnedInAnnotation is YES"),
        ({"BurnedInAnnotation": "YES", **CAPTURE}, "BurnedInAnnotation is YES"),
        (CAPTURE, "a secondary capture that does not state BurnedInAnnotation"),
        ({"BurnedInAnnotation": "MAYBE", **CAPTURE}, "a secondary capture that does not state BurnedInAnnotation"),
        ({"BurnedInAnnotation": "", **CAPTURE}, "a secondary capture that does not state BurnedInAnnotation"),
    ],
)
def test_a_film_that_may_show_a_name(
    write_film: Callable[..., Path], stored: np.ndarray, elements: dict[str, str], begins: str
) -> None:
    warning = burned_in_warning(write_film(stored, **elements))
    assert warning is not None
    assert warning.startswith(begins)


@pytest.mark.parametrize("elements", [{}, {"BurnedInAnnotation": "NO"}, {"BurnedInAnnotation": "NO", **CAPTURE}])
def test_a_film_that_is_not_warned_of(
    write_film: Callable[..., Path], stored: np.ndarray, elements: dict[str, str]
) -> None:
    assert burned_in_warning(write_film(stored, **elements)) is None


def test_nothing_is_said_of_other_formats(tmp_path: Path) -> None:
    Image.new("L", (8, 8)).save(tmp_path / "a.png")
    assert burned_in_warning(tmp_path / "a.png") is None
