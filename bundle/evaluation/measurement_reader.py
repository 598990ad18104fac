# SPDX-License-Identifier: Apache-2.0
"""The measurements that an evaluation left in its folder, read back."""

from __future__ import annotations

import csv
from pathlib import Path

from bundle.csv_tables import csv_records
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
            for row in csv_records(read_text(file))
        )
    except (KeyError, ValueError, csv.Error) as error:
        raise BundleError(f"{file}: is no table of measurements ({error}); evaluate again") from error
