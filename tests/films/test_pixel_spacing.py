# SPDX-License-Identifier: Apache-2.0
"""Pixel spacing and its provenance, by the elements that a film states."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import Dataset

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
    found, meaning, _ = dicom_spacing(film(**elements))
    assert found == pytest.approx(spacing, nan_ok=True)
    assert meaning == provenance


@pytest.mark.parametrize("elements", [{}, {"PixelSpacing": None}, {"ImagerPixelSpacing": []}])
def test_unstated_spacing_is_unknown_and_never_one(elements):
    spacing, provenance, warning = dicom_spacing(film(**elements))
    assert np.isnan(spacing).all()
    assert provenance is SpacingProvenance.UNKNOWN
    assert warning == ""


FIELDS = ["PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing"]


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(
    ("value", "flaw"),
    [
        ([0, 0.1], "is 0.1 x 0 mm, not between 0.0001 and 100 as radiographs have it,"),
        ([0.1, -0.1], "is -0.1 x 0.1 mm, not between"),
        (["NaN", "NaN"], "is not a finite number"),
        (["0.1", "Infinity"], "is not a finite number"),
        (["1e-30", "1e-30"], "is 1e-30 x 1e-30 mm, not between"),
        ([0.1, 9e-5], "is 9e-05 x 0.1 mm, not between"),
        ([100.1, 0.1], "is 0.1 x 100.1 mm, not between"),
        (0.1, "has 1 value(s) instead of two"),
        ([1, 1], "is 1 x 1 mm, which is what a converter writes where no spacing is known,"),
        ([0.352778, 0.352778], "is 0.352778 x 0.352778 mm, which is 72 dots per inch"),
        ([0.2646, 0.2646], "is 0.2646 x 0.2646 mm, which is 96 dots per inch"),
    ],
)
def test_a_spacing_that_nobody_measured_is_left_out_and_says_why(field, value, flaw):
    spacing, provenance, warning = dicom_spacing(film(**{field: value}))
    assert np.isnan(spacing).all()
    assert provenance is SpacingProvenance.UNKNOWN
    assert warning.startswith(f"{field} {flaw}")
    assert warning.endswith("and is left out; state the spacing in dataset.json if you know it")


@pytest.mark.parametrize("dots", [150, 300, 600])
def test_the_resolution_of_a_film_scanner_is_known(dots):
    nominal, rounded = [25.4 / dots] * 2, [round(25.4 / dots, 4)] * 2
    for value in (nominal, rounded):
        assert dicom_spacing(film(NominalScannedPixelSpacing=value))[1:] == (SpacingProvenance.NOMINAL_SCANNED, "")
        assert dicom_spacing(film(PixelSpacing=value))[1] is SpacingProvenance.UNKNOWN
        stated = film(PixelSpacing=value, PixelSpacingCalibrationType="FIDUCIAL")
        assert dicom_spacing(stated)[1:] == (SpacingProvenance.CALIBRATED, "")


@pytest.mark.parametrize("default", [[1, 1], [0.3528, 0.3528]])
def test_a_default_beside_the_detector_is_no_calibration(default):
    spacing, provenance, warning = dicom_spacing(film(PixelSpacing=default, ImagerPixelSpacing=[0.2, 0.1]))
    assert spacing == (0.1, 0.2)
    assert provenance is SpacingProvenance.AT_DETECTOR
    assert warning.startswith("PixelSpacing is ")


@pytest.mark.parametrize("broken", [[0, 0], [0.1], ["NaN", "NaN"], [1, 1]])
def test_a_good_spacing_is_read_beside_a_broken_one(broken):
    spacing, provenance, warning = dicom_spacing(film(PixelSpacing=[0.2, 0.1], ImagerPixelSpacing=broken))
    assert (spacing, provenance) == ((0.1, 0.2), SpacingProvenance.UNSTATED)
    assert warning.startswith("ImagerPixelSpacing ")
    spacing, provenance, warning = dicom_spacing(film(PixelSpacing=broken, ImagerPixelSpacing=[0.2, 0.1]))
    assert (spacing, provenance) == ((0.1, 0.2), SpacingProvenance.AT_DETECTOR)
    assert warning.startswith("PixelSpacing ")


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
    image, meta = read_film(path)
    assert np.array_equal(image, stored.T)
    assert meta["spacing_warning"].startswith(f"{field} is not a number with a decimal point and is left out")
    assert "143" not in meta["spacing_warning"]
    assert np.isnan(meta["spacing"]).all() == ("Factor" not in field)


@pytest.mark.parametrize(
    ("factor", "flaw"), [(0, "is not one positive"), ([1, 2], "is not one positive"), (1e-6, "is 100000 x 100000 mm")]
)
def test_a_magnification_that_is_none_is_left_out(factor, flaw):
    elements = {"ImagerPixelSpacing": [0.1, 0.1], "EstimatedRadiographicMagnificationFactor": factor}
    spacing, provenance, warning = dicom_spacing(film(**elements))
    assert (spacing, provenance) == ((0.1, 0.1), SpacingProvenance.AT_DETECTOR)
    assert f"EstimatedRadiographicMagnificationFactor {flaw}" in warning
    assert warning.endswith("is left out: lengths are those on the detector")


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
    (sx, sy), provenance, _ = dicom_spacing(film(**elements))
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
