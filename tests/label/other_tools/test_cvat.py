# SPDX-License-Identifier: Apache-2.0
"""The function file for CVAT, loaded as CVAT's own command does; a server of CVAT was not there."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
from cvat_cli._internal.common import FunctionLoader
from cvat_sdk import models
from cvat_sdk.auto_annotation import driver
from PIL import Image

from bundle import load_predictor
from bundle.coordinates import from_corner
from bundle.label.other_tools import cvat
from label_page import NAMES


@pytest.fixture
def function(stage1: Path) -> cvat.Landmarks:
    return FunctionLoader(None, Path(cvat.__file__), {"model": str(stage1)}).load()


def context() -> driver._DetectionFunctionContextImpl:
    return driver._DetectionFunctionContextImpl(frame_name="1.png")


def test_a_frame_has_the_points_that_the_model_finds(function: cvat.Landmarks, stage1: Path, films: Path):
    assert [label.name for label in function.spec.labels] == list(NAMES)
    with Image.open(films / "1.png") as frame:
        shapes = function.detect(context(), frame.convert("RGB"))
    found = load_predictor(stage1)(films / "1.png").landmarks
    np.testing.assert_allclose(from_corner([shape.points for shape in shapes]), found, atol=1e-3)
    task = [
        models.Label(name=name, id=100 + number, type="points", attributes=[], sublabels=[])
        for number, name in enumerate(reversed(NAMES))
    ]
    mapper = driver._AnnotationMapper(
        logging.getLogger(), function.spec.labels, task, allow_unmatched_labels=False, conv_mask_to_poly=False
    )
    mapper.validate_and_remap(shapes, 7)
    assert [(shape.label_id, shape.frame) for shape in shapes] == [(102, 7), (101, 7), (100, 7)]


def test_a_frame_that_cannot_be_used_costs_no_other(function: cvat.Landmarks, caplog: pytest.LogCaptureFixture):
    assert function.detect(context(), Image.new("RGB", (8, 8))) == []
    assert "a frame is left without points" in caplog.text
