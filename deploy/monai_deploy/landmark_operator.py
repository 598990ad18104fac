# SPDX-License-Identifier: Apache-2.0
"""An operator of the MONAI Deploy App SDK that hands film files to the predictor, and writes what came of them.

The SDK's own operators make volumes of series; landmarks are points on a film, in that film's pixels.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from monai.deploy.core import Fragment, Operator, OperatorSpec

import bundle
from bundle.serve.configuration import RuleSection
from bundle.serve.mercure import answer_folder

_MODEL = "landmarks"


class LandmarkOperator(Operator):
    """Finds the landmarks of all films in a folder; a film that has none is told, and costs no other one its results.

    Args:
        fragment: The application.
        films: Folder of the films.
        model: Run folder, or weights file with its card beside it.
        out: Folder of the results: a structured report and JSON a film, and `result.json` with the outcome of each.
    """

    def __init__(self, fragment: Fragment, *args: Any, films: Path, model: Path, out: Path, **kwargs: Any) -> None:
        self.films, self.model, self.out = films, model, out
        super().__init__(fragment, *args, **kwargs)  # the last thing to do, says the SDK

    def setup(self, spec: OperatorSpec) -> None:
        """Say what goes out: how many films have which outcome."""
        spec.output("outcomes")

    def compute(self, op_input: Any, op_output: Any, context: Any) -> None:
        """Answer the films.

        Raises:
            CheckpointError: the model cannot be used.
            StorageError: the results cannot be written.
        """
        models = {_MODEL: bundle.load_predictor(self.model)}
        told = answer_folder(self.films, self.out, models, [RuleSection(model=_MODEL)], ["dicom_sr", "json"])
        op_output.emit(told, "outcomes")
