# SPDX-License-Identifier: Apache-2.0
"""LUTs, windows, padding and polarity, read from real files."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom import Dataset, Sequence, uid

from bundle.films.grey_levels import FEWEST_LEVELS, luminance

LEVELS = np.arange(4096)


@pytest.fixture
def levels_of(read_film, write_film):
    """The grey levels of a 12-bit film that holds every stored value once: `[4096]`, by stored value."""

    def read(
        photometric: str = "MONOCHROME2", syntax: uid.UID = uid.ExplicitVRLittleEndian, **elements: Any
    ) -> np.ndarray:
        pixels = LEVELS.astype(np.uint16).reshape(64, 64)
        path = write_film(pixels, 12, photometric, syntax, **elements)
        return read_film(path)[0].T.reshape(-1)

    return read


def lut(table: np.ndarray, first: int, depth: int, packed: bool = False) -> Sequence:
    """A LUT sequence of one item, its entries as a list of words or packed into bytes."""
    item = Dataset()
    item.LUTDescriptor = [len(table) % 65536, first, depth]
    item.add_new("LUTData", *(("OW", table.tobytes()) if packed else ("US", table.tolist())))
    return Sequence([item])


def test_without_a_window_the_full_values_are_kept(levels_of):
    assert np.array_equal(levels_of(), LEVELS)


def test_rescale(levels_of):
    assert np.allclose(levels_of(RescaleSlope=2.5, RescaleIntercept=-100), 2.5 * LEVELS - 100)


def test_modality_lut_of_12_bit_depth(levels_of):
    table = LEVELS[::-1].astype(np.uint16)
    assert np.array_equal(levels_of(ModalityLUTSequence=lut(table, 0, 12)), LEVELS[::-1])


@pytest.mark.parametrize("sop_class", [uid.XRayAngiographicImageStorage, uid.XRayRadiofluoroscopicImageStorage])
def test_modality_lut_of_angiography_is_not_for_display(levels_of, sop_class):
    table = LEVELS[::-1].astype(np.uint16)
    assert np.array_equal(levels_of(SOPClassUID=sop_class, ModalityLUTSequence=lut(table, 0, 16)), LEVELS)


def test_linear_window(levels_of):
    """PS3.3 C.11.2.1.2.1, over the range of the stored values."""
    levels = levels_of(WindowCenter=2000, WindowWidth=1001)
    assert np.allclose(levels, np.clip(((LEVELS - 1999.5) / 1000 + 0.5) * 4095, 0, 4095), atol=1e-2)


def test_linear_exact_window(levels_of):
    levels = levels_of(WindowCenter=2000, WindowWidth=1000, VOILUTFunction="LINEAR_EXACT")
    assert np.allclose(levels, np.clip(((LEVELS - 2000) / 1000 + 0.5) * 4095, 0, 4095), atol=1e-2)


def test_sigmoid_window(levels_of):
    levels = levels_of(WindowCenter=2000, WindowWidth=1000, VOILUTFunction="SIGMOID")
    assert np.allclose(levels, 4095 / (1 + np.exp(-4 * (LEVELS - 2000) / 1000)), atol=1e-2)


def test_the_first_of_several_windows_is_taken(levels_of):
    both = levels_of(WindowCenter=[2000, 100], WindowWidth=[1001, 50])
    assert np.array_equal(both, levels_of(WindowCenter=2000, WindowWidth=1001))


def test_window_follows_the_rescale(levels_of):
    levels = levels_of(RescaleSlope=2, RescaleIntercept=100, WindowCenter=4100, WindowWidth=2001)
    assert np.flatnonzero(levels > levels.min())[0] == 1500
    assert np.flatnonzero(levels == levels.max())[0] == 2500


@pytest.mark.parametrize(
    "window", [{"WindowCenter": -9000, "WindowWidth": 10}, {"WindowCenter": 2000, "WindowWidth": 1}]
)
@pytest.mark.parametrize("width", [None, 0, -5])
def test_a_window_that_loses_the_film_is_not_applied(levels_of, window, width):
    elements = window if width is None else {**window, "WindowWidth": width}
    assert np.array_equal(levels_of(**elements), LEVELS)


@given(center=st.integers(-100, 4200), width=st.integers(1, 5000))
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_window_keeps_the_order_of_grey_levels(levels_of, center, width):
    levels = levels_of(WindowCenter=center, WindowWidth=width)
    assert (np.diff(levels) >= 0).all()
    assert np.unique(levels).size >= FEWEST_LEVELS


@pytest.mark.parametrize("packed", [False, True])
def test_voi_lut_goes_before_the_window(levels_of, packed):
    table = np.round(4000 * (LEVELS / 4095) ** 2).astype(np.uint16)
    levels = levels_of(VOILUTSequence=lut(table, 0, 12, packed), WindowCenter=100, WindowWidth=50)
    assert np.array_equal(levels, table)


def test_voi_lut_of_bytes_takes_all_stored_values(levels_of):
    """An 8-bit table of 4096 entries is addressed by 12-bit values."""
    table = (LEVELS // 16).astype(np.uint8)
    assert np.array_equal(levels_of(VOILUTSequence=lut(table, 0, 8)), table)
    assert np.array_equal(levels_of(VOILUTSequence=lut(table, 0, 8, packed=True)), table)


def test_voi_lut_is_extended_by_its_end_values(levels_of):
    table = np.arange(500, 700, dtype=np.uint16)
    assert np.array_equal(levels_of(VOILUTSequence=lut(table, 1000, 16)), np.clip(LEVELS - 500, 500, 699))


def test_voi_lut_of_a_big_endian_film(levels_of):
    table = (LEVELS * 8).astype(">u2")
    levels = levels_of(syntax=uid.ExplicitVRBigEndian, VOILUTSequence=lut(table, 0, 16, packed=True))
    assert np.array_equal(levels, LEVELS * 8)


def test_monochrome1_is_turned_after_the_window(levels_of):
    window = {"WindowCenter": 2000, "WindowWidth": 1001}
    turned = levels_of("MONOCHROME1", **window)
    assert np.allclose(turned, 4095 - levels_of(**window), atol=1e-2)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_padding_is_as_dark_as_the_darkest_of_the_film(read_film, write_film, photometric):
    pixels = np.array([[0, 0, 4000, 4000], [1000, 1001, 1002, 1003]], dtype=np.uint16)
    path = write_film(pixels, photometric=photometric, PixelPaddingValue=0)
    image = read_film(path)[0].T
    assert image[0, :2].tolist() == [1000, 1000]
    assert (image.min(), image.max()) == (1000, 4000)


def test_padding_range(read_film, write_film):
    pixels = np.array([[0, 5, 10, 11], [1000, 1001, 1002, 1003]], dtype=np.uint16)
    path = write_film(pixels, PixelPaddingValue=10, PixelPaddingRangeLimit=0)
    image = read_film(path)[0].T
    assert image[0].tolist() == [11, 11, 11, 11]


def test_signed_padding(read_film, write_film):
    pixels = np.array([[-2000, -2000, 0, 5], [100, 101, 102, 103]], dtype=np.int16)
    image = read_film(write_film(pixels, 16, PixelPaddingValue=-2000))[0].T
    assert image[0].tolist() == [0, 0, 0, 5]


@given(grey=st.integers(0, 65535))
@settings(deadline=None, max_examples=50)
def test_grey_colours_keep_their_value(grey):
    assert luminance(np.full((1, 1, 4), grey, dtype=np.uint16)) == np.float32(grey)


def test_an_empty_voi_lut_item_leaves_the_window_in_force(levels_of):
    item = Dataset()
    item.add_new(0x00283002, "SS", None)
    item.LUTExplanation = "Normal"
    item.add_new(0x00283006, "OW", None)
    window = {"WindowCenter": 2607, "WindowWidth": 2785, "RescaleSlope": 1, "RescaleIntercept": 0}
    levels = levels_of(VOILUTSequence=Sequence([item]), **window)
    assert np.array_equal(levels, levels_of(**window))
    assert levels[-1] > levels[1300] > levels[0]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("keyword", ["VOILUTSequence", "ModalityLUTSequence"])
def test_a_table_shorter_than_its_descriptor_is_words_and_serves_the_film_that_it_covers(
    read_film, write_film, keyword, packed
):
    """Never bytes: 2000 words of 4096 have 4000 bytes, not 4096."""
    table = (np.linspace(0, 1, 4096) ** 1.5 * 65535).astype("<u2")
    sequence = lut(table, 0, 16, packed=packed)
    sequence[0]["LUTData"].value = table[:2000].tobytes() if packed else table[:2000].tolist()
    covered, beyond = np.arange(2000, dtype=np.uint16), np.arange(2001, dtype=np.uint16)
    image, meta = read_film(write_film(covered.reshape(40, 50), **{keyword: sequence}))
    assert np.array_equal(image.T.ravel(), table[:2000])
    assert meta["warnings"] == ""
    image, meta = read_film(write_film(np.resize(beyond, (41, 50)), **{keyword: sequence}))
    assert np.array_equal(image.T.ravel(), np.resize(beyond, 41 * 50))
    assert "LUTData ends before the entries that the film needs" in meta["warnings"]


@pytest.mark.parametrize(
    ("keyword", "elements", "expected"),
    [
        ("WindowCenter", {"WindowWidth": "4096"}, {}),
        ("WindowWidth", {"WindowCenter": "2048"}, {}),
        ("RescaleSlope", {"RescaleIntercept": "5", "WindowCenter": "900", "WindowWidth": "700"}, {}),
        ("RescaleIntercept", {"RescaleSlope": "2", "WindowCenter": "900", "WindowWidth": "700"}, {}),
    ],
)
def test_a_decimal_comma_is_left_out_with_a_warning(read_film, write_film, stored, keyword, elements, expected):
    path = write_film(stored, **elements, **{keyword: "20.482"})
    path.write_bytes(path.read_bytes().replace(b"20.482", b"20,482"))
    image, meta = read_film(path)
    assert np.array_equal(image, read_film(write_film(stored, name="plain.dcm", **expected))[0])
    assert meta["warnings"].startswith(f"{keyword} is not a number with a decimal point, so ")
    assert "482" not in meta["warnings"]


def test_a_window_function_of_two_values_is_the_first(levels_of):
    window = {"WindowCenter": [2000, 100], "WindowWidth": [1000, 50]}
    two = levels_of(**window, VOILUTFunction=["SIGMOID", "LINEAR"])
    assert np.array_equal(two, levels_of(**window, VOILUTFunction="SIGMOID"))


@pytest.mark.parametrize(
    ("elements", "warning"),
    [
        ({"WindowCenter": -9000, "WindowWidth": 10}, "VOI LUT or window would leave fewer than 16 grey levels"),
        ({"WindowCenter": 2000, "WindowWidth": 0}, "WindowWidth or VOILUTFunction is not one that DICOM allows"),
        ({"WindowCenter": 2000, "WindowWidth": 9, "VOILUTFunction": "CUBIC"}, "WindowWidth or VOILUTFunction is not"),
        ({"RescaleSlope": 0, "RescaleIntercept": 1}, "RescaleSlope is 0, so modality LUT, VOI LUT and window are left"),
    ],
)
def test_what_is_not_applied_is_told(read_film, write_film, stored, elements, warning):
    image, meta = read_film(write_film(stored, **elements))
    assert np.array_equal(image, stored.T)
    assert meta["warnings"].startswith(warning)


def test_a_negative_first_value_without_sign_is_negative(read_film, write_film):
    signed = np.arange(-1000, 1000, dtype=np.int16).reshape(40, 50)
    table = (np.arange(2000) ** 2 // 100).astype(np.uint16)
    sequence = lut(table, 0, 16)
    sequence[0]["LUTDescriptor"].VR = "US"
    sequence[0].LUTDescriptor = [2000, 65536 - 1000, 16]
    image, _ = read_film(write_film(signed, 16, VOILUTSequence=sequence))
    assert np.array_equal(image.T.ravel(), table)
