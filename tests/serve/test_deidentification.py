# SPDX-License-Identifier: Apache-2.0
"""A de-identified film has nothing of its patient but what a researcher needs, and is the same whenever it is made."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydicom import DataElement, Dataset, dcmread, uid
from pydicom.datadict import dictionary_VR
from pydicom.tag import Tag

from archives import films
from bundle.errors import RadiographError
from bundle.films.dicom_radiograph_reader import DicomRadiographReader
from bundle.serve.deidentification import KEPT, KEPT_IN_ITEMS, Deidentifier
from dicom_films import stored, write_film

__all__ = ["stored", "write_film"]

SEED = "0123456789abcdef" * 4
PATIENT: dict[str, Any] = {
    "PatientName": "Quillfeather^Jane^Maria=王^小东",
    "PatientID": "MRN-4711",
    "OtherPatientIDs": ["XK778899", "ZZ-12-34"],
    "PatientBirthDate": "19350214",
    "AccessionNumber": "ACC4712",
    "ReferringPhysicianName": "Housewright^Gregory",
    "InstitutionName": "Saint Elsewhere",
    "InstitutionAddress": "12 Canal Street, Springfield",
    "StationName": "ROOM7",
    "StudyDate": "20260110",
    "StudyTime": "101500",
    "StudyID": "S-98231",
    "SpecificCharacterSet": "ISO_IR 192",
}
PLANTED = ("quillfeather", "mrn-4711", "mrn4711", "xk778899", "19350214", "acc4712", "housewright", "elsewhere")
PLANTED += ("canal street", "room7", "20260110", "s-98231", "1.2.826.0.1.3680043.8.498.77.", "小东")


def film(**elements: Any) -> Dataset:
    return films(1, **{**PATIENT, **elements})[0]


def made_of(original: Dataset, seed: str = SEED, *, folder: Path) -> Dataset:
    file = folder / "film.dcm"
    original.save_as(file, enforce_file_format=True)
    _, content = Deidentifier(seed)(file)
    assert not any(value.encode() in content.lower() for value in PLANTED)
    assert Deidentifier(seed)(file)[1] == content
    return dcmread(BytesIO(content))


def plant_everywhere(original: Dataset) -> None:
    """Names where dicognito leaves them: in texts, private elements, nested items, of unknown kind, in the preamble."""
    text = "Quillfeather Jane, MRN-4711, born 19350214, seen by Housewright"
    original.ImageComments = original.PatientComments = original.StudyDescription = text[:60]
    original.ProtocolName, original.SeriesDescription = "for Quillfeather", "MRN-4711"
    block = original.private_block(0x0011, "Quillfeather", create=True)
    block.add_new(1, "LO", "Quillfeather^Jane")
    block.add_new(2, "UN", b"Quillfeather^Jane")
    item = Dataset()
    item.ScheduledProcedureStepDescription, item.RequestedProcedureID = text[:60], "MRN-4711"
    item.ScheduledPerformingPhysicianName = "Housewright^Gregory"
    original.RequestAttributesSequence = [item]
    original.add_new(0x00189999, "UN", b"MRN-4711")
    original.add_new(0x60003000, "OW", b"Quillfeather")
    region = Dataset()
    region.CodeValue, region.CodingSchemeDesignator, region.CodeMeaning = "12421000", "SCT", "Pelvis"
    region.add_new(0x00110010, "LO", "Quillfeather")
    original.AnatomicRegionSequence = [region]
    original.file_meta.SourceApplicationEntityTitle = "ROOM7"
    original.file_meta.PrivateInformationCreatorUID = "1.2.3"
    original.file_meta.PrivateInformation = b"Quillfeather"
    original.preamble = b"Quillfeather^Jane".ljust(128, b"\0")
    original["PixelPaddingValue"] = DataElement("PixelPaddingValue", "US", 0)


def test_nothing_that_identifies_stays_and_all_that_describes_does(tmp_path: Path):
    original = film(Manufacturer="Acme", ManufacturerModelName="Ray of Quillfeather", PatientSex="F", PatientAge="091Y")
    plant_everywhere(original)
    made = made_of(original, folder=tmp_path)
    assert {element.keyword for element in made} - KEPT == {
        "SpecificCharacterSet",
        "AccessionNumber",
        "ReferringPhysicianName",
        "PatientName",
        "PatientBirthDate",
        "StudyID",
        "PatientIdentityRemoved",
        "DeidentificationMethod",
        "DeidentificationMethodCodeSequence",
        "LongitudinalTemporalInformationModified",
    }
    assert made.PatientIdentityRemoved == "YES" and "DICOGNITO" in made.DeidentificationMethod
    assert "ManufacturerModelName" not in made
    kept = (made.Manufacturer, made.PatientSex, made.PatientAge, made.BodyPartExamined, made.ViewPosition)
    assert kept == ("Acme", "F", "090Y", "PELVIS", "AP")
    assert made.PatientOrientation == ["L", "F"] and made.PixelSpacing == [0.2, 0.2]
    (region,) = made.AnatomicRegionSequence
    assert region.CodeValue == "12421000" and len(region) == 3
    assert made.PixelData == original.PixelData
    assert made.StudyDate < "20251201" and made.PatientName == made.PatientID != ""


def test_texts_that_may_stay_are_few(tmp_path: Path):
    texts = {keyword for keyword in KEPT if dictionary_VR(keyword) in ("LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT")}
    assert texts == {"PatientID", "Manufacturer", "ManufacturerModelName", "RescaleType"}
    original = film()
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "7", "99WARD", "for the lady of bed 7"
    original.ViewCodeSequence = [code]
    assert "ViewCodeSequence" not in made_of(original, folder=tmp_path)


def test_pseudonyms_follow_from_the_seed_and_studies_stay_together(tmp_path: Path):
    first, second, other = (made_of(each, folder=tmp_path) for each in films(3, StudyDate="20260110"))
    uids = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
    assert first.StudyInstanceUID == second.StudyInstanceUID != other.StudyInstanceUID
    assert first.PatientID == second.PatientID != other.PatientID
    assert len({made.SOPInstanceUID for made in (first, second, other)}) == 3
    seeded_anew = made_of(films(1, StudyDate="20260110")[0], "f" * 40, folder=tmp_path)
    changed = [*uids, "PatientID", "StudyDate", "DeidentificationMethod"]
    assert all(seeded_anew[keyword].value != first[keyword].value for keyword in changed)


def test_patients_without_a_number_do_not_become_one(tmp_path: Path):
    assert made_of(film(PatientID=""), folder=tmp_path).PatientID == ""


def test_removal_of_identity_is_stated_only_where_the_film_answers_for_its_pixels(tmp_path: Path):
    original = film(SOPClassUID=uid.ComputedRadiographyImageStorage)
    del original.BurnedInAnnotation
    assert "PatientIdentityRemoved" not in made_of(original, folder=tmp_path)


@pytest.mark.parametrize("name", ["Elvis^Dag", "Hand^Pelvis", "Ono^Yoko", "Cognito^Pam", "Modi^Clean"])
def test_names_that_are_words_of_the_standard_cost_nothing(tmp_path: Path, name: str):
    made = made_of(film(PatientName=name), folder=tmp_path)
    assert (made.BodyPartExamined, made.PhotometricInterpretation) == ("PELVIS", "MONOCHROME2")


@pytest.mark.parametrize(
    ("elements", "reason"),
    [
        ({"BurnedInAnnotation": "YES"}, "BurnedInAnnotation is YES"),
        ({"SOPClassUID": uid.SecondaryCaptureImageStorage, "BurnedInAnnotation": ""}, "a secondary capture"),
        ({"PixelData": bytes(7168 - 12) + b"quillFEATHER"}, "stands in PixelData"),
        ({"SeriesNumber": "778899", "OtherPatientIDs": "778899"}, "stands in SeriesNumber"),
        ({"WindowCenter": 4711.123, "PatientID": "4711.123"}, "stands in WindowCenter"),
        ({"SOPClassUID": "1.2.826.0.1.3680043.8.498.77.1"}, "no radiograph"),
    ],
)
def test_what_may_not_leave_is_refused_without_a_name(tmp_path: Path, elements: dict[str, Any], reason: str):
    with pytest.raises(RadiographError, match=reason) as raised:
        made_of(film(**elements), folder=tmp_path)
    assert "quill" not in str(raised.value).lower() and "4711" not in str(raised.value)


def test_overlays_in_the_pixels_other_files_and_damaged_ones_are_refused(tmp_path: Path):
    original = film()
    original.add_new(0x60000102, "US", 12)
    with pytest.raises(RadiographError, match="overlay"):
        made_of(original, folder=tmp_path)
    for content in (b"P5 1 1 255 0", (tmp_path / "film.dcm").read_bytes()[:180]):
        (tmp_path / "cut").write_bytes(content)
        with pytest.raises(RadiographError, match="does not leave"):
            Deidentifier(SEED)(tmp_path / "cut")


@pytest.mark.parametrize(
    "syntax",
    [
        uid.ImplicitVRLittleEndian,
        uid.ExplicitVRBigEndian,
        uid.DeflatedExplicitVRLittleEndian,
        uid.JPEG2000Lossless,
        uid.JPEGLosslessSV1,
        uid.RLELossless,
    ],
)
def test_the_reader_sees_the_same_film_in_every_encoding(
    write_film: Callable[..., Path], stored: np.ndarray, tmp_path: Path, syntax: uid.UID
):
    table = Dataset()
    table.LUTDescriptor, table.LUTExplanation = [4096, 0, 12], "for Jane"
    table.LUTData = (
        np.arange(4096, dtype="<u2")[::-1].astype(">u2" if syntax == uid.ExplicitVRBigEndian else "<u2").tobytes()
    )
    elements = {"VOILUTSequence": [table], "PixelPaddingValue": 7, "ImagerPixelSpacing": [0.14300000000000001, 0.143]}
    elements |= {"StudyInstanceUID": "1.2.3", "SeriesInstanceUID": "1.2.3.4", "PatientAddress": "Rue 5"}
    file = write_film(stored, syntax=syntax, name="whole.dcm", **elements)
    _, content = Deidentifier(SEED)(file)
    (tmp_path / "made.dcm").write_bytes(content)
    reader = DicomRadiographReader()
    (image, meta), (as_was, meta_was) = (reader.get_data(reader.read(each)) for each in (tmp_path / "made.dcm", file))
    assert np.array_equal(image, as_was)
    assert str(meta) == str(meta_was)


TEXTS = ["AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT", "UN", "OB", "UI", "DS", "IS", "AS", "DA", "TM"]
IDENTIFIERS = ["Quillfeather", "QUILLFEATHER", "MRN-4711", "mrn4711", "XK778899", "Housewright", "19350214", "S-98231"]
IDENTIFIERS += ["Saint Elsewhere", "1.2.826.0.1.3680043.8.498.77.1.1.1", "小东"]
FREE = st.text(st.characters(codec="ascii", exclude_characters="\\", categories=["L", "N", "P", "Zs"]), max_size=8)
KEYWORDS = sorted(keyword for keyword in KEPT | KEPT_IN_ITEMS if dictionary_VR(keyword) in TEXTS)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    place=st.one_of(st.sampled_from(KEYWORDS).map(Tag), st.integers(0x00090000, 0x7FDFFFFF).map(Tag)),
    vr=st.sampled_from(TEXTS),
    nested=st.booleans(),
    before=FREE,
    identifier=st.sampled_from(IDENTIFIERS),
    after=FREE,
)
@example(Tag("Manufacturer"), "LO", False, "x", "Quillfeather", "x")
@example(Tag("CodeMeaning"), "LO", True, "", "MRN-4711", "")
@example(Tag("PhotometricInterpretation"), "CS", False, "", "QUILLFEATHER", "")
@example(Tag("SOPClassUID"), "UI", False, "", "1.2.826.0.1.3680043.8.498.77.1.1.1", "")
@example(Tag("SOPClassUID"), "UI", True, "", "Quillfeather", "")
@example(Tag("SeriesNumber"), "IS", False, "", "19350214", "")
@example(Tag("PatientID"), "PN", False, "", "Housewright", "")
@pytest.mark.filterwarnings("ignore:Invalid value", "ignore:The value length", "ignore:A value of type")
def test_wherever_an_identifier_stands_it_goes_or_the_film_stays(
    tmp_path: Path, place: Tag, vr: str, nested: bool, before: str, identifier: str, after: str
):
    original = film()
    text = f"{before}{identifier}{after}"
    known = dictionary_VR(place) if place in map(Tag, KEYWORDS) else vr
    target = Dataset() if nested else original
    try:
        target[place] = DataElement(place, known, text.encode() if known in ("UN", "OB") else text)
        if nested:
            original.ViewCodeSequence = [target]
        original.save_as(tmp_path / "film.dcm", enforce_file_format=True)
    except Exception:  # this element cannot have this text
        return
    try:
        _, content = Deidentifier(SEED)(tmp_path / "film.dcm")
    except RadiographError:
        return
    assert identifier.encode().lower() not in content.lower()
