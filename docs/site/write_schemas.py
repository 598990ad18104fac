# SPDX-License-Identifier: Apache-2.0
"""Writes `docs/reference/schemas/*.json`: `python docs/site/write_schemas.py`, after a change of a file's form.

Editors complete and check a file by them; the bundle itself checks it by the classes that they are made from.
"""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from bundle.dataset.description import DATASET
from bundle.engines.model_card import CARD
from bundle.measurements.parsing import MeasurementFile

SCHEMAS = Path(__file__).resolve().parents[1] / "reference" / "schemas"

FORMS: dict[str, TypeAdapter] = {"dataset": DATASET, "measurements": TypeAdapter(MeasurementFile), "model_card": CARD}


def file_of(name: str) -> Path:
    """Where the schema of a form lies."""
    return SCHEMAS / f"{name}.schema.json"


def schema(name: str) -> str:
    """The schema of a form as the text of its file."""
    document = {"$schema": GenerateJsonSchema.schema_dialect, **FORMS[name].json_schema()}
    return json.dumps(document, indent=2) + "\n"


if __name__ == "__main__":
    for each in FORMS:
        file_of(each).write_text(schema(each))
