# SPDX-License-Identifier: Apache-2.0
"""What inference found on one film, as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bundle.files import write_text


def prediction_document(
    record: Mapping[str, Any], names: Sequence[str], model: str, version: str, weights_sha256: str
) -> dict[str, Any]:
    """Return the landmarks of one film as plain Python values fit for JSON.

    Args:
        record: One film's `name`, `landmarks` `[K, 2]` in pixels of the stored image, `size` (X, Y), `spacing` `[2]` in
            mm per pixel (NaN where unknown) and, where known, `spacing_provenance`.
        names: Names of the K landmarks.
        model: Name of the model.
        version: Version of the model.
        weights_sha256: SHA-256 of the weights file, so that a result can be traced to the network that gave it.

    Returns:
        `name`, `size`, `spacing`, `spacing_provenance`, `model` and `landmarks`, each with `name`, `x`, `y` in pixels,
        and `x_mm`, `y_mm` from the centre of the first pixel. None stands for what is unknown.
    """
    spacing = [float(value) if math.isfinite(value) else None for value in record["spacing"]]
    return {
        "name": record["name"],
        "size": [int(side) for side in record["size"]],
        "spacing": None if None in spacing else spacing,
        "spacing_provenance": record.get("spacing_provenance"),
        "model": {"name": model, "version": version, "weights_sha256": weights_sha256},
        "landmarks": [
            {
                "name": name,
                "x": _known(x),
                "y": _known(y),
                "x_mm": _known(x * record["spacing"][0]),
                "y_mm": _known(y * record["spacing"][1]),
            }
            for name, (x, y) in zip(names, record["landmarks"], strict=True)
        ],
    }


def write_prediction(
    path: Path, record: Mapping[str, Any], names: Sequence[str], model: str, version: str, weights_sha256: str
) -> None:
    """Write `prediction_document` to a file.

    Raises:
        BundleError: the file cannot be written.
    """
    document = prediction_document(record, names, model, version, weights_sha256)
    write_text(path, json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def _known(value: float) -> float | None:
    return round(float(value), 4) if math.isfinite(value) else None
