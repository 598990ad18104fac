# SPDX-License-Identifier: Apache-2.0
"""How every workflow of configs/ begins."""

from __future__ import annotations

from pathlib import Path

from monai.utils import set_determinism

from bundle.errors import one_sentence_errors
from bundle.settings import check_settings

ROOT = str(Path(__file__).resolve().parents[1])
"""Folder of the MONAI bundle, which holds `configs/`."""


def begin(seed: int | None = None) -> None:
    """Check every setting before any work; called from a config as its `initialize`.

    Args:
        seed: of all that is random while networks are built; None for a workflow that draws nothing.

    Raises:
        ConfigurationError: a setting cannot be used.
    """
    one_sentence_errors()
    check_settings()
    if seed is not None:
        set_determinism(int(seed))
