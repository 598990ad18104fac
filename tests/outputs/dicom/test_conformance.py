# SPDX-License-Identifier: Apache-2.0
"""A validator that knows nothing of this bundle, dciodvfy of dicom3tools, finds no error in what the outputs write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom import Dataset, uid

from bundle.confidence import Confidence
from bundle.measurements import Measured
from bundle.measurements.measured import IN_PIXELS
from bundle.measurements.parsing import read_definitions
from bundle.measurements.registry import SHIPPED, find_body_parts
from bundle.outputs.dicom.sr import StructuredReportOutput
from bundle.outputs.outputs import make_outputs
from bundle.results.film_result import FilmResult
from bundle.synthetic import dicom
from bundle.synthetic.film import arrange, take
from bundle.synthetic.sample import SITES, load_site

Predict = Callable[..., FilmResult]
Write = Callable[..., Path]

COLOURS = np.random.default_rng(0).integers(0, 255, (48, 80, 3)).astype(np.uint8)


def table(bits: int, count: int) -> Dataset:
    """A VOI LUT that leaves everything as it is."""
    item = Dataset()
    item.LUTDescriptor, item.LUTExplanation = [count, 0, bits], "plain"
    item.LUTData = np.arange(count, dtype="<u2").tobytes()
    return item


FILMS: dict[str, dict[str, Any]] = {
    "computed radiography": {},
    "inverse, with a window": {"photometric": "MONOCHROME1", "WindowCenter": 600, "WindowWidth": 400},
    "digital radiography of a hand": {
        "SOPClassUID": uid.DigitalXRayImageStorageForPresentation,
        "Modality": "DX",
        "BodyPartExamined": "HAND",
        "ImageLaterality": "L",
        "ImagerPixelSpacing": [0.15, 0.15],
    },
    "angiography": {"SOPClassUID": uid.XRayAngiographicImageStorage, "Modality": "XA"},
    "colour, secondary capture": {
        "photometric": "RGB",
        "pixels": COLOURS,
        "SOPClassUID": uid.SecondaryCaptureImageStorage,
        "Modality": "OT",
    },
    "nothing but UIDs": dict.fromkeys(
        ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID", "StudyDate")
    ),
    "what no other object may take over": {
        "PatientAge": "45",
        "PatientBirthTime": "99",
        "Occupation": "a" * 17,
        "StudyDescription": "a" * 80,
        "PhysiciansOfRecord": ["a^b^c^d^e^f^g", "Roe^Richard"],
        "AdmittingDiagnosesDescription": ["a\nb", "c"],
        "PatientIdentityRemoved": "YES",
        "DeidentificationMethod": "a" * 100,
        "ReferencedStudySequence": [],
        "ProcedureCodeSequence": [],
        "PatientComments": "two\r\nlines",
    },
    "windows of no width, a slope alone, an orientation of three": {
        "WindowCenter": 600,
        "WindowWidth": -5,
        "RescaleSlope": 2,
        "PatientOrientation": ["L", "F", "H"],
        "BurnedInAnnotation": "MAYBE",
    },
    "a table of 12 bits": {"VOILUTSequence": [table(12, 4096)]},
    "a name in GB18030": {"SpecificCharacterSet": "GB18030", "PatientName": "Wang^XiaoDong=王^小东"},
    "a name in UTF-8": {"SpecificCharacterSet": "ISO_IR 192", "PatientName": "Wang^XiaoDong=王^小东"},
    "a name in Latin-1": {"SpecificCharacterSet": "ISO_IR 100", "PatientName": "Müller^Jörg"},
    "a name in three scripts": {
        "SpecificCharacterSet": ["", "ISO 2022 IR 87"],
        "PatientName": "Yamada^Tarou=山田^太郎=やまだ^たろう",
    },
}


@pytest.fixture(scope="module")
def validate(debian_program: Callable[[str, str], Callable[..., str]]) -> Callable[[Path], list[str]]:
    """Give the errors that dciodvfy finds in a file."""
    dciodvfy = debian_program("dciodvfy", "dicom3tools")
    return lambda file: [line for line in dciodvfy(file).splitlines() if line.startswith(("Error", "Abort"))]


@pytest.mark.filterwarnings("ignore:Invalid value", "ignore:The value length")
@pytest.mark.parametrize("film", FILMS)
def test_every_output_of_every_kind_of_film(
    validate: Callable[[Path], list[str]],
    write_film: Write,
    predict: Predict,
    doubtful: Confidence,
    film: str,
    tmp_path: Path,
) -> None:
    prediction = predict(write_film(**FILMS[film]), names=["left hip", "Hüfte", "股関節"], confidence=doubtful)
    for output in make_outputs(["dicom_sr", "dicom_gsps", "secondary_capture"], tmp_path / "out").values():
        output(prediction)
    written = sorted((tmp_path / "out").glob("*.dcm"))
    assert len(written) == 3
    assert {file.name: validate(file) for file in written} == {file.name: [] for file in written}


@pytest.mark.parametrize("unit", ["as defined", "pixels"])
def test_every_shipped_measurement(
    validate: Callable[[Path], list[str]], write_film: Write, predict: Predict, unit: str, tmp_path: Path
) -> None:
    definitions = [definition for file in SHIPPED.values() for definition in read_definitions(file)]
    measured = [
        Measured(
            definition,
            -1234.56789,
            IN_PIXELS.get(definition.unit, definition.unit) if unit == "pixels" else definition.unit,
        )
        for definition in definitions
    ]
    names = sorted({name for definition in definitions for _, name in definition.landmarks()})
    landmarks = np.random.default_rng(0).uniform(1, 40, (len(names), 2)).astype(np.float32)
    parts = find_body_parts("auto", names)
    prediction = predict(write_film(), names=names, landmarks=landmarks, measurements=tuple(measured), body_parts=parts)
    StructuredReportOutput(tmp_path)(prediction)
    groups = pydicom.dcmread(tmp_path / "film.dcm.sr.dcm").ContentSequence[-1].ContentSequence
    assert len(groups) == len(names) + len(measured)
    assert validate(tmp_path / "film.dcm.sr.dcm") == []


@pytest.mark.parametrize("site", SITES)
def test_synthetic_films_and_what_is_written_of_them(
    validate: Callable[[Path], list[str]], predict: Predict, site: str, tmp_path: Path
) -> None:
    anatomy = load_site(site)
    for number in range(4):
        rng = np.random.default_rng(number)
        setting = arrange(anatomy, 48, rng)
        film = tmp_path / f"{number}.dcm"
        dicom.write(film, take(setting, anatomy, rng), setting, anatomy, (site, number), rng)
        for output in make_outputs(["dicom_sr", "dicom_gsps"], tmp_path / "out").values():
            output(predict(film, landmarks=np.full((3, 2), 20.0)))
    files = sorted(tmp_path.rglob("*.dcm"))
    assert len(files) == 12
    assert {file.name: validate(file) for file in files} == {file.name: [] for file in files}


def test_the_validator_finds_an_error_that_is_there(validate: Callable[[Path], list[str]], write_film: Write) -> None:
    assert any("Missing attribute" in error for error in validate(write_film(PatientID=None)))
