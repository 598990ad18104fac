# SPDX-License-Identifier: Apache-2.0
"""What all DICOM results have in common: their UIDs, their maker, and how they are written."""

from __future__ import annotations

import logging
import warnings
from abc import abstractmethod
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

from pydicom import Dataset
from pydicom.config import disable_value_validation
from pydicom.uid import UID, generate_uid

from bundle.errors import RadiographError
from bundle.files import write_whole
from bundle.films.film_files import MANUFACTURER, MODEL_NAME
from bundle.outputs.dicom.source import read_source
from bundle.outputs.dicom.values import leave_out_faulty
from bundle.outputs.film_output import FilmOutput
from bundle.results.film_result import FilmResult, Model

logger = logging.getLogger(__name__)
logging.getLogger("highdicom").setLevel(logging.ERROR)  # what it says below that quotes names and UIDs


class DicomOutput(FilmOutput):
    """One DICOM object a film, in a series of its own of the film's study."""

    series_number: ClassVar[int]
    description: ClassVar[str]

    def write(self, result: FilmResult, file: Path) -> None:
        """Write the result of a film to a file."""
        with disable_value_validation(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pydicom's and highdicom's quote the patient's name
            source = read_source(result.image)
            try:
                made = self.dataset(result, source)
                left_out = leave_out_faulty(made, source)
                content = _encoded(made)
            except RadiographError:
                raise
            except Exception as error:  # highdicom and pydicom raise whatever an unexpected element leads to
                raise RadiographError(
                    f"{result.image.name}: an element of the film cannot be taken over into a DICOM result; "
                    "check it with a DICOM validator such as dciodvfy"
                ) from error
        write_whole(file, lambda partial: partial.write_bytes(content))
        if left_out:
            faulty = ", ".join(left_out)
            logger.warning(
                f"{file.name}: is without {faulty}, not valid DICOM in the film; correct the film and repeat"
            )

    @abstractmethod
    def dataset(self, result: FilmResult, source: Dataset) -> Dataset:
        """Make the DICOM object of a film's result.

        Args:
            result: Of one film.
            source: The film's header, see `read_source`.

        Raises:
            RadiographError: this film cannot have such an object.
            Exception: of any kind, where an element of the film is not what DICOM allows.
        """

    def identity(self, result: FilmResult, source: Dataset) -> dict[str, Any]:
        """Arguments of highdicom for the object's UIDs, its place in its series, and the software that made it.

        The UIDs follow from that of the film and from the network: when inference is repeated, an archive sees the
        same object once more and not another one.
        """
        kind = type(self).__name__
        return {
            "series_instance_uid": stable_uid(result.model, kind, "series", source.SOPInstanceUID),
            "sop_instance_uid": stable_uid(result.model, kind, "instance", source.SOPInstanceUID),
            "series_number": self.series_number,
            "instance_number": 1,
            "series_description": self.description,
            "manufacturer": MANUFACTURER,
            "manufacturer_model_name": MODEL_NAME,
            "software_versions": result.model.version,
            "device_serial_number": result.model.weights_sha256,
        }


def _encoded(made: Dataset) -> bytes:
    stream = BytesIO()
    made.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def stable_uid(model: Model, *key: str) -> UID:
    """UID that is the same for the same key, weights, calibration, measurements and version."""
    made_with = [model.version, model.weights_sha256, model.calibration_sha256 or "", model.measurements_sha256 or ""]
    return generate_uid(entropy_srcs=[MODEL_NAME, *made_with, *key])


def laterality(source: Dataset) -> str:
    """L or R where the film says so, else empty: what Laterality holds, which pictures must have (type 2C)."""
    sides = (source.get("Laterality"), source.get("ImageLaterality"))
    return next((side for side in sides if side in ("L", "R")), "")
