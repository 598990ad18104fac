# SPDX-License-Identifier: Apache-2.0
"""Landmarks on films, as an application of the MONAI Deploy App SDK: films in, a report and JSON each out."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from landmark_operator import LandmarkOperator
from monai.deploy.conditions import CountCondition
from monai.deploy.core import Application, Operator, OperatorSpec


class Told(Operator):
    """Logs how many films have which outcome, where a site would go on."""

    def setup(self, spec: OperatorSpec) -> None:
        """Say what comes in."""
        spec.input("outcomes")

    def compute(self, op_input: Any, op_output: Any, context: Any) -> None:
        """Log it."""
        logging.getLogger(__name__).info(op_input.receive("outcomes"))


class LandmarkApplication(Application):
    """Reads where films, model and results are from the SDK's options `-i`, `-m`, `-o` or HOLOSCAN_*_PATH."""

    def compose(self) -> None:
        """Join the operators."""
        paths = Application.init_app_context(self.argv)
        found = LandmarkOperator(
            self,
            CountCondition(self, 1),
            films=Path(paths.input_path),
            model=Path(paths.model_path),
            out=Path(paths.output_path),
            name="landmarks",
        )
        self.add_flow(found, Told(self, name="told"), {("outcomes", "outcomes")})


if __name__ == "__main__":
    LandmarkApplication().run()
