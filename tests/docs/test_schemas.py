# SPDX-License-Identifier: Apache-2.0
"""The JSON schemas that are shipped are those of the classes, and tell good files from bad as these do."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
import yaml
from write_schemas import FORMS, file_of, schema

from bundle.measurements.registry import SHIPPED


def faults(name: str, document: Any) -> list[str]:
    validator = jsonschema.Draft202012Validator(json.loads(file_of(name).read_text()))
    return [fault.json_path for fault in validator.iter_errors(document)]


@pytest.mark.parametrize("name", FORMS)
def test_schemas_are_those_of_the_classes(name: str) -> None:
    assert file_of(name).read_text() == schema(name), "run python docs/site/write_schemas.py"
    jsonschema.Draft202012Validator.check_schema(json.loads(schema(name)))


def test_a_dataset_is_completed_and_checked_by_an_editor() -> None:
    film = {"image": "1.png", "landmarks": [[1, 2.5], None], "spacing": [0.1, 0.1]}
    document = {"$schema": "dataset.schema.json", "name": "a", "landmarks": ["b", "c"], "training": [film]}
    assert faults("dataset", document) == []
    assert faults("dataset", {**document, "training": [{**film, "landmarks": [[1]]}]}) == ["$.training[0].landmarks"]
    assert faults("dataset", {**document, "validaton": []}) == ["$"]


def test_measurements_are_completed_and_checked_by_an_editor() -> None:
    for file in SHIPPED.values():
        assert faults("measurements", yaml.safe_load(file.read_text())) == []
    angle = {"name": "A", "rule": "angle", "unit": "mm", "lines": [["p", "q"], ["q", "r"]]}
    assert faults("measurements", {"measurements": [angle]}) == ["$.measurements[0]"]
