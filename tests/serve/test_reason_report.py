# SPDX-License-Identifier: Apache-2.0
"""The report of a film without results is valid DICOM, whatever the film is like, and the same when it is repeated."""

from __future__ import annotations

import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.uid import BasicTextSRStorage, DigitalXRayImageStorageForPresentation

from bundle.results.film_result import Model
from bundle.serve.reason_report import reason_report

MODEL = Model("a model", "0.1.0", "ab" * 32)
FILM = {
    "SOPClassUID": DigitalXRayImageStorageForPresentation,
    "SOPInstanceUID": "1.2.3.4",
    "SeriesInstanceUID": "1.2.3",
    "StudyInstanceUID": "1.2",
    "PatientID": "MRN4711",
    "PatientName": "Müller^Jörg",
    "StudyDate": "20260102",
}
REASON = "the pixels end too early; send the film again"


@pytest.mark.parametrize("changed", [{}, {"StudyDate": "2nd of May", "PatientSex": "female"}, {"PatientName": None}])
def test_it_is_valid(tmp_path: Path, changed: dict[str, str]):
    content = reason_report(FILM | changed, MODEL, REASON)
    report = dcmread(BytesIO(content))
    assert report.SOPClassUID == BasicTextSRStorage
    assert str(report.SeriesNumber).startswith("104")
    assert (report.StudyInstanceUID, report.PatientID) == ("1.2", "MRN4711")
    assert [item.TextValue for item in report.ContentSequence if item.ValueType == "TEXT"] == [REASON]
    if shutil.which("dciodvfy") is None:
        pytest.skip("no dciodvfy here; apt-get install dicom3tools")
    (tmp_path / "reason.dcm").write_bytes(content)
    judged = subprocess.run(["dciodvfy", tmp_path / "reason.dcm"], capture_output=True, text=True, check=False)
    assert "BasicTextSR" in judged.stderr and "Error" not in judged.stderr, judged.stderr


def test_its_uid_follows_from_film_model_and_reason():
    def uid(film: dict[str, str] = FILM, model: Model = MODEL, reason: str = REASON) -> str:
        return str(dcmread(BytesIO(reason_report(film, model, reason))).SOPInstanceUID)

    others = {
        uid(FILM | {"SOPInstanceUID": "1.2.3.5"}),
        uid(model=Model("a model", "0.1.0", "cd" * 32)),
        uid(reason="another"),
    }
    assert uid() == uid() and len(others | {uid()}) == 4
