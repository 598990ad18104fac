# SPDX-License-Identifier: Apache-2.0
"""The columns of a table that hold what an evaluation measured, of one draw or of several."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from bundle.drawing.cumulative_error import MILLIMETRES
from bundle.metrics.summary import DETECTION_RADII_MM
from bundle.page.html import UNKNOWN

PIXELS = "px"


class Column(NamedTuple):
    """A column of a table.

    Attributes:
        heading: What it is called.
        key: Its name in `overall` of a `metrics.json`; of those in `WHERE_MEASURED` in its `levels`, or in itself.
        share: Whether it lies in [0, 1] and is shown in per cent.
    """

    heading: str
    key: str
    share: bool = False

    def text(self, values: pd.Series, draws: int = 1) -> str:
        """The mean of the known values, ± their standard deviation where there are several; a dash where there is none.

        A mean error says how many values there are where that is less than the number of `draws`.
        """
        known = values.dropna()
        if known.empty:
            return UNKNOWN
        scale, digits, unit = (100, 1, " %") if self.share else (1, 2, "")
        spread = f" ± {scale * known.std():.{digits}f}" if len(known) > 1 else ""
        counted = f" ({len(known)} of {draws})" if len(known) < draws and self.key.startswith("mean_") else ""
        return f"{scale * known.mean():.{digits}f}{spread}{unit}{counted}"


def error_columns(unit: str) -> list[Column]:
    """Mean and standard deviation of the errors, in mm or px."""
    return [Column(f"mean error, {unit}", f"mean_{unit}"), Column(f"std error, {unit}", f"std_{unit}")]


FAILURES = Column("failure rate", "failure_rate", share=True)
DETECTION = [Column(f"SDR {radius:g} mm", f"sdr_{radius:g}mm", share=True) for radius in DETECTION_RADII_MM]
ALL = [*error_columns(MILLIMETRES), *error_columns(PIXELS), FAILURES, *DETECTION]
WHERE_MEASURED = [
    Column("error at the best level, mm", "best_level_mm"),
    Column("error at the best level, px", "best_level_px"),
    Column("right level", "right_level", share=True),
    Column("Cobb SMAPE, %", "cobb_smape"),
]
"""What is measured of some data sets alone: of those with repeated parts, and with the corners of a spine."""


def known_columns(in_mm: bool) -> list[Column]:
    """All of them, those in mm only where every error is known in mm."""
    return ALL if in_mm else [*error_columns(PIXELS), FAILURES]
