# SPDX-License-Identifier: Apache-2.0
"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def radiograph_data() -> Path:
    """The folder of real radiographs, or a skip that says how to provide it."""
    folder = Path(os.environ.get("RADIOGRAPH_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real radiographs at {folder}; set RADIOGRAPH_DATA to their folder")
    return folder
