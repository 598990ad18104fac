# SPDX-License-Identifier: Apache-2.0
"""A function file for CVAT: `cvat-cli task auto-annotate TASK --function-file cvat.py -p model=str:RUN`."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import cvat_sdk.auto_annotation as cvataa
import numpy as np
from cvat_sdk import models
from PIL import Image

import bundle
from bundle.coordinates import in_image, to_corner
from bundle.predictor import Refusal

logger = logging.getLogger(__name__)


class Landmarks:
    """Finds the landmarks of a frame; each is a shape of type points, whose label is its name.

    Args:
        model: Folder of a model.

    Attributes:
        spec: The labels that a task has to have.
    """

    def __init__(self, model: str) -> None:
        self._predictor = bundle.load_predictor(model, measurements=[])
        labels = [cvataa.label_spec(name, number, type="points") for number, name in enumerate(self._predictor.names)]
        self.spec = cvataa.DetectionFunctionSpec(labels=labels)

    def detect(
        self, context: cvataa.DetectionFunctionContext, image: Image.Image
    ) -> Sequence[models.LabeledShapeRequest]:
        """The points that lie on a frame; none where it cannot be used, which the log says."""
        with TemporaryDirectory() as folder:
            file = Path(folder) / "frame.png"
            (image if image.mode.startswith("I") else image.convert("L")).save(file)  # CVAT has turned it upright
            (found,) = self._predictor([file])
        if isinstance(found, Refusal):
            logger.warning(f"a frame is left without points: {found.reason}")
            return []
        points = to_corner(np.asarray(found.landmarks)).tolist()
        shown = in_image(found.landmarks, found.size)
        return [
            cvataa.shape(number, type="points", points=point)
            for number, (point, inside) in enumerate(zip(points, shown, strict=True))
            if inside
        ]


create = Landmarks
