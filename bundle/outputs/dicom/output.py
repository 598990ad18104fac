# SPDX-License-Identifier: Apache-2.0
"""What all DICOM results have in common: their UIDs, their maker, and how they are written."""

from __future__ import annotations

import hashlib
import logging
import re
import warnings
from abc import abstractmethod
from collections.abc import Mapping
from datetime import UTC, datetime
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

_NUMBERS = 10**7
"""Series numbers a kind; with three digits in front they stay below the largest that DICOM can write."""
_NOT_TRUE = ("MODIFIED", "REMOVED")
_NO_DATE, _MIDNIGHT = "19000101", "000000"
_MADE_AT = ("InstanceCreation{}", "Content{}", "PresentationCreation{}", "{}OfSecondaryCapture")
_OFFSET = re.compile(r"[+-](0\d|1[0-4])[0-5]\d")


class DicomOutput(FilmOutput):
    """One DICOM object a film, in a series of its own of the film's study.

    Attributes:
        series_number: The first three digits of its Series Number.
        description: Its Series Description.
    """

    series_number: ClassVar[int]
    description: ClassVar[str]

    def write(self, result: FilmResult, file: Path) -> None:
        """Write the result of a film to a file."""
        with disable_value_validation(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pydicom's and highdicom's quote the patient's name
            source = read_source(result.image)
            try:
                made = self.dataset(result, source)
                _date(made, source)
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

    def identity(self, result: FilmResult, source: Dataset, *key: str) -> dict[str, Any]:
        """Arguments of highdicom for the object's UIDs, its place in its series, and the software that made it.

        The UIDs follow from that of the film and from the network: when inference is repeated, an archive sees the
        same object once more and not another one. What else the object depends on is its `key`.
        """
        film = (type(self).__name__, source.SOPInstanceUID, *key)
        return {
            "series_instance_uid": stable_uid(result.model, "series", *film),
            "sop_instance_uid": stable_uid(result.model, "instance", *film),
            "series_number": _series_number(self.series_number, stable_uid(result.model, "number", *film)),
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


def _series_number(kind: int, uid: str) -> int:
    """Ten digits, of which the first three are the kind of object: no two series of a study have the same."""
    return kind * _NUMBERS + int(hashlib.sha256(uid.encode()).hexdigest(), 16) % _NUMBERS


def moment(film: Dataset | Mapping[str, Any]) -> tuple[str, str, str | None]:
    """When a result on a film is said to be made.

    Returns:
        Date, time and time zone: now, in the film's zone where it states one, else in ours. Of a film whose dates were
        moved it is that of its study, without a zone: the true one would tell how far they were moved.
    """
    if film.get("LongitudinalTemporalInformationModified") in _NOT_TRUE:
        return str(film.get("StudyDate") or _NO_DATE), str(film.get("StudyTime") or _MIDNIGHT), None
    offset = str(film.get("TimezoneOffsetFromUTC", ""))
    stated = datetime.strptime(offset, "%z").tzinfo if _OFFSET.fullmatch(offset) else None
    now = datetime.now(UTC).astimezone(stated)
    return now.strftime("%Y%m%d"), now.strftime("%H%M%S.%f"), now.strftime("%z")


def _date(made: Dataset, source: Dataset) -> None:
    """Say when an object and its series were made."""
    date, time, zone = moment(source)
    if zone is not None:
        made.TimezoneOffsetFromUTC = zone
    made.SeriesDate, made.SeriesTime = date, time
    for pattern in _MADE_AT:
        if pattern.format("Date") in made:
            setattr(made, pattern.format("Date"), date)
            setattr(made, pattern.format("Time"), time)
    for contribution in made.get("ContributingEquipmentSequence", []):
        contribution.ContributionDateTime = f"{date}{time}{zone or ''}"


def stable_uid(model: Model, *key: str) -> UID:
    """UID that is the same for the same key, weights, calibration, measurements and version."""
    made_with = [model.version, model.weights_sha256, model.calibration_sha256 or "", model.measurements_sha256 or ""]
    return generate_uid(entropy_srcs=[MODEL_NAME, *made_with, *key])


def laterality(source: Dataset) -> str:
    """L or R where the film says so, else empty: what Laterality holds, which pictures must have (type 2C)."""
    sides = (source.get("Laterality"), source.get("ImageLaterality"))
    return next((side for side in sides if side in ("L", "R")), "")
