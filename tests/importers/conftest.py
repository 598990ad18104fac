# SPDX-License-Identifier: Apache-2.0
"""Small films for the importers to find."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from dicom_films import stored, study, write_film

__all__ = ["stored", "study", "write_film"]

WIDTH, HEIGHT = 100, 80


@pytest.fixture
def images(tmp_path) -> Path:
    """A folder of the films a.png, b.png and, one folder below, c.png, each 100 x 80 pixels."""
    folder = tmp_path / "films"
    for name in ("a.png", "b.png", "more/c.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.linear_gradient("L").resize((WIDTH, HEIGHT)).save(folder / name)
    return folder
