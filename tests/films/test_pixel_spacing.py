# SPDX-License-Identifier: Apache-2.0
"""Pixel spacing and its provenance, by the elements that a film states."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import Dataset

from bundle.errors import RadiographError
from bundle.films.pixel_spacing import SpacingProvenance, dicom_spacing, header_spacing, looks_like_default


def film(**elements: object) -> Dataset:
    dataset = Dataset()
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    return dataset


# Spacings are stated (row, column), that is (y, x), and read (x, y).
STATEMENTS = [
    ({"PixelSpacing": [0.2, 0.1]}, (0.1, 0.2), SpacingProvenance.UNSTATED),
    ({"PixelSpacing": [1, 1]}, (math.nan, math.nan), SpacingProvenance.UNKNOWN),
    (
        {"PixelSpacing": [0.2, 0.1], "PixelSpacingCalibrationType": "FIDUCIAL"},
        (0.1, 0.2),
        SpacingProvenance.CALIBRATED,
    ),
    ({"PixelSpacing": [0.2, 0.1], "ImagerPixelSpacing": [0.25, 0.15]}, (0.1, 0.2), SpacingProvenance.CALIBRATED),
    (
        {"PixelSpacing": [0.2, 0.1], "ImagerPixelSpacing": [0.2, 0.1], "PixelSpacingCalibrationType": "GEOMETRY"},
        (0.1, 0.2),
        SpacingProvenance.CALIBRATED,
    ),
    ({"PixelSpacing": [0.2, 0.1], "ImagerPixelSpacing": [0.2, 0.1]}, (0.1, 0.2), SpacingProvenance.AT_DETECTOR),
    (
        {
            "PixelSpacing": [0.2, 0.1],
            "ImagerPixelSpacing": [0.2, 0.1],
            "EstimatedRadiographicMagnificationFactor": 1.25,
        },
        (0.08, 0.16),
        SpacingProvenance.MAGNIFICATION_CORRECTED,
    ),
    ({"ImagerPixelSpacing": [0.2, 0.1]}, (0.1, 0.2), SpacingProvenance.AT_DETECTOR),
    (
        {"ImagerPixelSpacing": [0.2, 0.1], "EstimatedRadiographicMagnificationFactor": 1.25},
        (0.08, 0.16),
        SpacingProvenance.MAGNIFICATION_CORRECTED,
    ),
    ({"NominalScannedPixelSpacing": [0.2, 0.1]}, (0.1, 0.2), SpacingProvenance.NOMINAL_SCANNED),
    (
        {"ImagerPixelSpacing": [0.2, 0.1], "NominalScannedPixelSpacing": [0.3, 0.3]},
        (0.1, 0.2),
        SpacingProvenance.AT_DETECTOR,
    ),
]


@pytest.mark.parametrize(("elements", "spacing", "provenance"), STATEMENTS)
def test_stated_spacing_has_its_provenance(elements, spacing, provenance):
    assert dicom_spacing(film(**elements), "film.dcm") == (pytest.approx(spacing, nan_ok=True), provenance)


@pytest.mark.parametrize("elements", [{}, {"PixelSpacing": None}, {"ImagerPixelSpacing": []}])
def test_unstated_spacing_is_unknown_and_never_one(elements):
    spacing, provenance = dicom_spacing(film(**elements), "film.dcm")
    assert np.isnan(spacing).all()
    assert provenance is SpacingProvenance.UNKNOWN


@pytest.mark.parametrize("field", ["PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing"])
@pytest.mark.parametrize("value", [[0, 0.1], [0.1, -0.1], ["NaN", "NaN"], ["0.1", "Infinity"]])
def test_a_spacing_that_is_no_length_is_refused(field, value):
    with pytest.raises(RadiographError, match=rf"^film\.dcm: {field} is .*correct the field"):
        dicom_spacing(film(**{field: value}), "film.dcm")


@pytest.mark.parametrize("field", ["PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing"])
@pytest.mark.parametrize("value", [["1e-30", "1e-30"], [0.1, 9e-5], [100.1, 0.1]])
def test_a_spacing_of_no_radiograph_is_refused(field, value):
    with pytest.raises(
        RadiographError, match=rf"^film\.dcm: {field} is .* mm, not between 0\.0001 and 100, .*unknown$"
    ):
        dicom_spacing(film(**{field: value}), "film.dcm")


@given(st.floats(1e-4, 100), st.floats(1e-4, 100))
@settings(deadline=None, max_examples=30)
def test_every_spacing_of_a_radiograph_is_taken(sx, sy):
    assert header_spacing((sx, sy), "pixdim")[0] in ((sx, sy), pytest.approx((math.nan,) * 2, nan_ok=True))


@pytest.mark.parametrize(
    "field",
    [
        "PixelSpacing",
        "ImagerPixelSpacing",
        "NominalScannedPixelSpacing",
        "EstimatedRadiographicMagnificationFactor",
    ],
)
def test_a_decimal_comma_is_told_with_its_field_and_not_quoted(write_film, stored, read_film, field):
    factor = {"ImagerPixelSpacing": [0.2, 0.2], field: "1.143"}
    path = write_film(stored, **(factor if "Factor" in field else {field: ["0.143", "0.143"]}))
    path.write_bytes(path.read_bytes().replace(b".143", b",143"))
    with pytest.raises(RadiographError, match=rf"^film\.dcm: {field} is not a number .*correct the field") as refusal:
        read_film(path)
    assert "143" not in str(refusal.value)


def test_one_value_instead_of_two_is_refused():
    with pytest.raises(RadiographError, match=r"^film\.dcm: ImagerPixelSpacing has 1 value"):
        dicom_spacing(film(ImagerPixelSpacing=0.1), "film.dcm")


def test_zero_magnification_is_refused():
    elements = {"ImagerPixelSpacing": [0.1, 0.1], "EstimatedRadiographicMagnificationFactor": 0}
    with pytest.raises(RadiographError, match="EstimatedRadiographicMagnificationFactor is 0"):
        dicom_spacing(film(**elements), "film.dcm")


@pytest.mark.parametrize(("factor", "flaw"), [(1e-6, "is 100000 x 100000 mm"), ([1, 2], "has 2 values; store one")])
def test_a_magnification_that_is_none_is_refused(factor, flaw):
    elements = {"ImagerPixelSpacing": [0.1, 0.1], "EstimatedRadiographicMagnificationFactor": factor}
    with pytest.raises(RadiographError, match=f"^film.dcm: .*EstimatedRadiographicMagnificationFactor {flaw}"):
        dicom_spacing(film(**elements), "film.dcm")


@given(
    imager=st.floats(0.01, 2),
    magnification=st.floats(1, 3),
)
@settings(deadline=None, max_examples=30)
def test_magnification_shrinks_the_detector_pixel(imager, magnification):
    elements = {
        "ImagerPixelSpacing": [f"{imager:.6f}", f"{2 * imager:.6f}"],
        "EstimatedRadiographicMagnificationFactor": f"{magnification:.6f}",
    }
    (sx, sy), provenance = dicom_spacing(film(**elements), "film.dcm")
    assert sy * magnification == pytest.approx(imager, rel=1e-3)
    assert sx * magnification == pytest.approx(2 * imager, rel=1e-3)
    assert provenance is SpacingProvenance.MAGNIFICATION_CORRECTED


def test_header_spacing_is_taken_as_stated():
    assert header_spacing((0.3, 0.4), "pixdim") == ((0.3, 0.4), SpacingProvenance.IMAGE_HEADER, "")


@pytest.mark.parametrize(
    ("stated", "why"),
    [
        *[(value, "not between 0.0001 and 100 mm") for value in (0.0, -1.0, math.nan, math.inf, 1e-30, 1e3)],
        (1.0, "which is what a converter writes"),
        *[(25.4 / dots, f"which is {dots} dots per inch") for dots in (72, 96, 150, 300, 600)],
        (float(np.float32(25.4 / 96)), "which is 96 dots per inch"),  # as NIfTI stores it
        (0.352734, "which is 72 dots per inch"),  # 2835 dots per metre, as a PNG stores it
        (0.264583, "which is 96 dots per inch"),
    ],
)
def test_header_spacing_that_nobody_measured_is_unknown_and_says_why(stated, why):
    spacing, provenance, warning = header_spacing((stated, stated), "pixdim")
    assert all(math.isnan(value) for value in spacing)
    assert provenance is SpacingProvenance.UNKNOWN
    assert warning.startswith(f"pixdim is {stated:g} x {stated:g}, {why}")
    assert warning.endswith("so the spacing is unknown; state it in dataset.json if it is right")


@pytest.mark.parametrize("stated", [0.143, 0.1, 0.168, 0.2, 0.25, 0.3, 0.5, 0.9999])
def test_header_spacing_of_a_detector_is_known(stated):
    assert header_spacing((stated, stated), "ElementSpacing")[0] == (stated, stated)


@pytest.mark.parametrize("dots", [72, 96, 150, 300, 600])
@pytest.mark.parametrize("digits", [4, 6, 17])
def test_dots_per_inch_look_like_a_default(dots, digits):
    spacing = round(25.4 / dots, digits)
    assert looks_like_default((spacing, spacing)) == f"{dots} dots per inch, how a picture is to be shown or printed"


@pytest.mark.parametrize("pitch", [0.1, 0.14, 0.143, 0.148, 0.15, 0.168, 0.17, 0.175, 0.194, 0.2, 0.25, 0.3, 0.4, 0.5])
def test_the_pitch_of_a_detector_does_not_look_like_a_default(pitch):
    assert looks_like_default((pitch, pitch)) is None


def test_one_millimetre_looks_like_a_default_and_one_by_two_does_not():
    assert looks_like_default((1.0, 1.0)) == "what a converter writes where no spacing is known"
    assert looks_like_default((1.0, 2.0)) is None
    assert looks_like_default((25.4 / 72, 25.4 / 96)) is None
