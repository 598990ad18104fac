# SPDX-License-Identifier: Apache-2.0
"""Films that no DICOM result can refer to, each refused in one sentence that does not quote the patient."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pydicom
import pytest
from PIL import Image
from pydicom.dataelem import RawDataElement

from bundle.errors import BundleError, RadiographError
from bundle.outputs.outputs import make_outputs
from bundle.results.film_result import FilmResult

Predict = Callable[..., FilmResult]
Write = Callable[..., Path]

DICOM = ("dicom_sr", "dicom_gsps", "secondary_capture")


def write_all(prediction: FilmResult) -> dict[str, pydicom.Dataset]:
    folder = prediction.image.parent / "out"
    for output in make_outputs(DICOM, folder).values():
        output(prediction)
    written = [pydicom.dcmread(file) for file in sorted(folder.rglob("*.dcm"))]
    return {dataset.Modality: dataset for dataset in written}


@pytest.mark.parametrize("output", DICOM)
def test_a_picture_is_no_source(predict: Predict, output: str, tmp_path: Path) -> None:
    Image.new("L", (80, 48)).save(tmp_path / "a.png")
    with pytest.raises(RadiographError, match=r"^a\.png: is no DICOM file, .* choose other outputs for it$"):
        make_outputs(output, tmp_path / "out")[output](predict(tmp_path / "a.png"))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("keyword", ["StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_film_without_uids(write_film: Write, predict: Predict, keyword: str, value: str | None) -> None:
    film = write_film(**{keyword: value})
    with pytest.raises(RadiographError, match=rf"^film\.dcm: {keyword} is missing, .* export the film again$"):
        write_all(predict(film))


@pytest.mark.filterwarnings("ignore:Invalid value", "ignore:.*exceeds the maximum length")
@pytest.mark.parametrize("keyword", ["StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"])
@pytest.mark.parametrize("value", [["1.2.3", "1.2.4"], "1.2.Jane", "1.02", f"1.2.{'3' * 80}"])
def test_a_film_whose_uids_are_none(write_film: Write, predict: Predict, keyword: str, value: str | list[str]) -> None:
    film = write_film(**{keyword: "1.2.3.4.5"})
    header = pydicom.dcmread(film)
    setattr(header, keyword, value)
    header.save_as(film)
    for output in make_outputs(DICOM, film.parent / "out").values():
        with pytest.raises(RadiographError, match=rf"^film\.dcm: {keyword} is not one valid UID, .* again$"):
            output(predict(film))


@pytest.mark.filterwarnings("ignore:Invalid value", "ignore:The (PN component|number of PN components) length")
@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("PatientBirthDate", "2. 1. 1970"),
        ("PatientBirthDate", "19700231"),
        ("PatientSex", "female"),
        ("StudyTime", "Jane's"),
        ("StudyDate", "20260101-20260131"),
        ("PatientName", "J" * 100),
        ("PatientName", "Doe^Jane^A^B^C^D^E"),
        ("PatientName", "Doe^Jane=Doe^Jane=Doe^Jane=Doe^Jane"),
        ("PatientName", "Doe\nJane^Mary"),
        ("PatientID", "MRN\n4711"),
    ],
)
def test_a_value_that_dicom_does_not_allow_is_named_but_not_quoted(
    write_film: Write, predict: Predict, keyword: str, value: str
) -> None:
    with pytest.raises(RadiographError, match=rf"^film\.dcm: {keyword} is .*; correct it in the film$") as refusal:
        write_all(predict(write_film(**{keyword: value})))
    assert value not in str(refusal.value)


@pytest.mark.filterwarnings("ignore:Invalid value", "ignore:The value length")
def test_what_may_be_missing_is_left_out_where_it_is_faulty(
    write_film: Write, predict: Predict, caplog: pytest.LogCaptureFixture
) -> None:
    faulty = {"StudyDescription": "Jane" * 20, "PatientAge": "45"}
    kept = {"PatientComments": "two\nlines", "AdmissionID": "ADM4714"}
    film = write_film(**faulty, **kept, ProcedureCodeSequence=[], PatientWeight="70.5")
    film.write_bytes(film.read_bytes().replace(b"70.5", b"70,5"))
    caplog.clear()  # what pydicom says of such values when it writes them
    for dataset in write_all(predict(film)).values():
        assert not {*faulty, "PatientWeight", "ProcedureCodeSequence"} & set(dataset.dir())
        assert {keyword: dataset[keyword].value for keyword in kept} == kept
    flaw = "is without StudyDescription, PatientAge, PatientWeight, not valid DICOM in the film; correct"
    assert [message.partition(" the film and")[0] for message in caplog.messages] == [
        f"film.dcm.{kind}.dcm: {flaw}" for kind in ("pr", "sc", "sr")
    ]


@pytest.mark.parametrize(
    ("character_set", "name"),
    [
        ("ISO_IR 100", "Müller^Jörg"),
        (None, "Mueller^Joerg"),
        ("ISO_IR 6", "Mueller^Joerg"),
        ("ISO_IR 144", "Жуков^Илья"),
        ("ISO_IR 192", "Wang^XiaoDong=王^小东"),
        ("GB18030", "Wang^XiaoDong=王^小东"),
        (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        (["", "ISO 2022 IR 149"], "Hong^Gildong=洪^吉洞=홍^길동"),
    ],
)
def test_names_in_other_scripts_are_copied(write_film: Write, predict: Predict, character_set: Any, name: str) -> None:
    film = write_film(SpecificCharacterSet=character_set, PatientName=name)
    written = write_all(predict(film, names=["Hüfte rechts", "股関節", "symphysis"]))
    assert sorted(written) == ["OT", "PR", "SR"]
    for dataset in written.values():
        assert dataset.PatientName == name
        assert str(dataset.PatientName.family_name) == name.split("^")[0]
        assert dataset.SpecificCharacterSet == "ISO_IR 192"


@pytest.mark.parametrize(
    ("character_set", "name"),
    [
        ("ISO_IR 192", "Müller^Jörg".encode("latin-1")),
        ("GB18030", b"Wang^\xcd\xff\xffa"),
        (["", "ISO 2022 IR 58"], b"Zhang^=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1"),  # which pydicom does not decode
        (None, "Müller^Jörg".encode()),
        (None, "Müller^Jörg".encode("latin-1")),  # as many devices write it, but it may be Greek as well
        ("", "Müller^Jörg".encode()),
        ("ISO_IR 6", "Müller^Jörg".encode()),
        ("ISO_IR 999", "Müller^Jörg".encode("latin-1")),
        (["ISO 2022 IR 6", "ISO_IR 999"], b"Mueller^Joerg"),
    ],
)
def test_a_name_that_cannot_be_decoded_is_told_and_not_mangled(
    write_film: Write, predict: Predict, character_set: Any, name: bytes
) -> None:
    film = write_film(SpecificCharacterSet=character_set, PatientName="P" * len(name))
    film.write_bytes(film.read_bytes().replace(b"P" * len(name), name))
    with pytest.raises(
        RadiographError, match=r"^film\.dcm: SpecificCharacterSet does not fit .*; export the film again"
    ):
        write_all(predict(film))


def test_a_folder_that_cannot_be_written_to_is_no_fault_of_the_film(write_film: Write, predict: Predict) -> None:
    film = write_film()
    (film.parent / "out").touch()
    with pytest.raises(BundleError, match=r"film\.dcm\.pr\.dcm: cannot be written") as refusal:
        write_all(predict(film))
    assert not isinstance(refusal.value, RadiographError)


def test_a_film_with_nothing_but_uids_is_enough(write_film: Write, predict: Predict, patient: dict[str, str]) -> None:
    bare = dict.fromkeys([*patient, "PatientOrientation", "BurnedInAnnotation"])
    for dataset in write_all(predict(write_film(**bare))).values():
        assert all(not dataset[keyword].value for keyword in patient)


def test_nothing_is_said_of_the_patient(
    write_film: Write, predict: Predict, patient: dict[str, str], caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    patient["PatientName"] = "JaneDoe"  # in a form that highdicom and pydicom warn of
    film = write_film(**patient)
    uids = pydicom.dcmread(film)
    with caplog.at_level(logging.DEBUG), warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        written = write_all(predict(film))
    assert {str(dataset.PatientName) for dataset in written.values()} == {"JaneDoe"}
    text = caplog.text + "".join(str(warning.message) for warning in said)
    names = " ".join(file.name for file in (tmp_path / "out").rglob("*"))
    for identifier in (*patient.values(), uids.StudyInstanceUID, uids.SOPInstanceUID):
        if len(identifier) > 1:  # not the sex
            assert identifier not in text + names


def test_a_sequence_that_cannot_be_read_is_left_aside(write_film: Write, predict: Predict) -> None:
    path = write_film()
    film = pydicom.dcmread(path)
    tag = pydicom.tag.Tag("ProcedureCodeSequence")
    film[tag] = RawDataElement(tag, "SQ", 4, b"Jane", 0, False, True)
    film.save_as(path)
    for dataset in write_all(predict(path)).values():
        assert "ProcedureCodeSequence" not in dataset
