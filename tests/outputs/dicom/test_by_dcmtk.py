# SPDX-License-Identifier: Apache-2.0
"""DCMTK, by which many archives and viewers read DICOM, understands the report and the presentation state."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image

from bundle.coordinates import from_scoord
from bundle.measurements import Measured
from bundle.measurements.rules import Angle
from bundle.outputs.dicom.gsps import WARNING
from bundle.outputs.outputs import make_outputs
from bundle.results.film_result import FilmResult

Predict = Callable[..., FilmResult]
Write = Callable[..., Path]
Run = Callable[..., str]

NAMES = ["left hip", "Hüfte", "股関節"]


@pytest.fixture(scope="module")
def dcmtk(debian_program: Callable[[str, str], Run]) -> Callable[[str], Run]:
    """A program of DCMTK by its name."""
    return lambda name: debian_program(name, "dcmtk")


def test_the_report_has_every_name_point_and_measurement(
    dcmtk: Callable[[str], Run], write_film: Write, predict: Predict, tmp_path: Path
) -> None:
    lines = (("left hip", "Hüfte"), ("Hüfte", "股関節"))
    angle = Measured(Angle(name="Angle, left", rule="angle", unit="degree", lines=lines), -12.34567, "degree")
    film = write_film(SpecificCharacterSet="ISO_IR 100", PatientName="Müller^Jörg")
    prediction = predict(film, names=NAMES, measurements=(angle,))
    make_outputs("dicom_sr", tmp_path)["dicom_sr"](prediction)
    said = dcmtk("dsrdump")(tmp_path / "film.dcm.sr.dcm")
    assert "Müller^Jörg" in said
    assert re.findall(r'"Tracking Identifier"\)="(.*)"', said) == [*NAMES, "Angle, left"]
    points = [[float(x), float(y)] for x, y in re.findall(r"POINT,([\d.]+)/([\d.]+)", said)]
    np.testing.assert_allclose(from_scoord(points), prediction.landmarks, atol=0.001)
    assert re.search(r'"Angle, left"\)="-12.3457" \(deg,UCUM', said)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_the_presentation_state_shows_the_film_as_it_is_and_keeps_every_name(
    dcmtk: Callable[[str], Run], write_film: Write, predict: Predict, photometric: str, tmp_path: Path
) -> None:
    film = write_film(photometric, WindowCenter=1900, WindowWidth=1500)
    make_outputs("dicom_gsps", tmp_path)["dicom_gsps"](predict(film, names=NAMES))
    render = dcmtk("dcmp2pgm")
    render(film, tmp_path / "film.pgm")
    understood = tmp_path / "understood.dcm"
    said = render("--pstate", tmp_path / "film.dcm.pr.dcm", "--save-pstate", understood, film, tmp_path / "state.pgm")
    assert said == ""
    with Image.open(tmp_path / "film.pgm") as alone, Image.open(tmp_path / "state.pgm") as shown:
        assert alone.size == (80, 48)
        assert len(alone.getcolors()) > 50
        assert alone.tobytes() == shown.tobytes()
    (annotation,) = pydicom.dcmread(understood).GraphicAnnotationSequence
    assert [text.UnformattedTextValue for text in annotation.TextObjectSequence] == [WARNING, *NAMES]
    assert len(annotation.GraphicObjectSequence) == 2 * len(NAMES)
