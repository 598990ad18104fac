# SPDX-License-Identifier: Apache-2.0
"""The measurements that an evaluation left in its folder, read back."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from bundle.drawing.bland_altman import Compared, group_compared
from bundle.errors import BundleError
from bundle.evaluation.measurement_agreement import TABLE
from bundle.evaluation.reader import read_text


def read_measurements(folder: Path) -> list[Compared]:
    """Read what `write_measurement_agreement` wrote: the values of all films by measurement and unit.

    Raises:
        BundleError: the table is missing or cannot be read.
    """
    file = folder / TABLE
    try:
        return group_compared(
            (row["measurement"], row["unit"], float(row["value"] or "nan"), float(row["true_value"] or "nan"))
            for row in csv.DictReader(io.StringIO(read_text(file)))
        )
    except (KeyError, ValueError) as error:
        raise BundleError(f"{file}: is no table of measurements ({error}); evaluate again") from error
