# SPDX-License-Identifier: Apache-2.0
"""The outputs of inference by the names that `inference.json` calls them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, NamedTuple, Protocol

from monai.utils import ensure_tuple

from bundle.errors import ConfigurationError
from bundle.results.film_result import FilmResult


class Output(Protocol):
    """Is called with one film after the other; raises RadiographError for a film that cannot have this output."""

    grows: ClassVar[bool]
    """Whether all films of a run are written to the same files."""

    def __call__(self, result: FilmResult) -> None:
        """Write what one film has."""

    def files(self, result: FilmResult) -> list[Path]:
        """What is written for one film."""


class _Place(NamedTuple):
    """Where the class of an output is; imported only when asked for, because some need libraries of their own."""

    module: str
    name: str


OUTPUTS = {
    "json": _Place("bundle.outputs.prediction_json", "JsonOutput"),
    "csv": _Place("bundle.outputs.prediction_csv", "CsvOutput"),
    "overlay": _Place("bundle.outputs.overlay_output", "OverlayOutput"),
    "slicer": _Place("bundle.outputs.slicer_markups", "SlicerOutput"),
    "dicom_gsps": _Place("bundle.outputs.dicom.gsps", "PresentationStateOutput"),
    "secondary_capture": _Place("bundle.outputs.dicom.secondary_capture", "SecondaryCaptureOutput"),
    "dicom_sr": _Place("bundle.outputs.dicom.sr", "StructuredReportOutput"),
}
"""In the order in which they are written: a report refers to the DICOM outputs before it."""


def make_outputs(names: str | Sequence[str], out_dir: Path) -> dict[str, Output]:
    """Make the outputs of one run of inference.

    Args:
        names: Keys of `OUTPUTS`.
        out_dir: Folder that all write to.

    Raises:
        ConfigurationError: no name, an unknown one, or a library that an output needs is not installed.
    """
    if not names:
        raise ConfigurationError(f"outputs: names none, so nothing would be written; give some of {', '.join(OUTPUTS)}")
    made = {name: _class(name)(out_dir) for name in ensure_tuple(names)}
    return {name: made[name] for name in OUTPUTS if name in made}


def _class(name: str) -> Callable[[Path], Output]:
    if name not in OUTPUTS:
        raise ConfigurationError(f"outputs: {name!r} is none of {', '.join(OUTPUTS)}; correct --outputs")
    place = OUTPUTS[name]
    try:
        output: Callable[[Path], Output] = getattr(importlib.import_module(place.module), place.name)
    except ModuleNotFoundError as error:
        library, *_ = str(error.name).split(".")
        raise ConfigurationError(
            f"outputs: {name} needs {library}, which is not installed; pip install -e .[dicom] in the bundle's folder, "
            "or leave it out of --outputs"
        ) from error
    return output
