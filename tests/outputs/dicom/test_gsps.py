# SPDX-License-Identifier: Apache-2.0
"""The presentation state: what it draws, and that it shows the film as the film shows itself."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from pydicom import Dataset, uid

from bundle.coordinates import from_scoord, in_image
from bundle.errors import RadiographError
from bundle.outputs.dicom.gsps import PresentationStateOutput
from bundle.results.film_result import FilmResult

Predict = Callable[..., FilmResult]
Write = Callable[..., Path]

COLOURS = np.random.default_rng(0).integers(0, 255, (48, 80, 3)).astype(np.uint8)


def written(prediction: FilmResult) -> Dataset:
    folder = prediction.image.parent / "out"
    PresentationStateOutput(folder)(prediction)
    return pydicom.dcmread(folder / f"{prediction.name}.pr.dcm")


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.floats(-3, 83), st.floats(-3, 51)) | st.none(), min_size=3, max_size=3))
def test_points_on_the_film_are_drawn_with_their_names_and_no_other(
    write_film: Write, predict: Predict, points: list
) -> None:
    array = np.array([(np.nan, np.nan) if point is None else point for point in points], dtype=np.float32)
    prediction = predict(write_film(), landmarks=array)
    on_film = in_image(array, (80, 48))
    if not on_film.any():
        with pytest.raises(RadiographError, match=r"film\.dcm: no landmark lies on the film"):
            written(prediction)
        return
    (annotation,) = written(prediction).GraphicAnnotationSequence
    lines = [from_scoord(np.reshape(line.GraphicData, (2, 2))) for line in annotation.GraphicObjectSequence]
    crossings = [(down[0, 0], across[0, 1]) for across, down in zip(lines[::2], lines[1::2], strict=True)]
    np.testing.assert_allclose(crossings, array[on_film], atol=0.01)
    assert all(np.ptp(line, axis=0).max() > 1.4 for line in lines)
    warning, *names = [text.UnformattedTextValue for text in annotation.TextObjectSequence]
    assert warning == "AI, not verified, research only"
    assert names == [name for name, shown in zip(prediction.names, on_film, strict=True) if shown]


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.floats(-0.5, 79.5), st.floats(-0.5, 47.5)), min_size=3, max_size=3),
    st.sampled_from([(80, 48), (800, 480), (48, 3000), (3000, 20)]),
)
def test_each_name_stands_near_its_point_within_the_film_and_over_no_other(
    write_film: Write, predict: Predict, points: list, size: tuple[int, int]
) -> None:
    array = (np.array(points) + 0.5) / [80, 48] * size - 0.5
    film = write_film(pixels=np.zeros(size[::-1], np.uint16))
    (annotation,) = written(predict(film, landmarks=array, size=size)).GraphicAnnotationSequence
    _, *texts = annotation.TextObjectSequence
    boxes = [
        (*from_scoord(text.BoundingBoxTopLeftHandCorner), *from_scoord(text.BoundingBoxBottomRightHandCorner))
        for text in texts
    ]
    for text, (left, top, right, bottom), point in zip(texts, boxes, array, strict=True):
        assert -0.51 < left < right < size[0] - 0.49
        assert -0.51 < top < bottom < size[1] - 0.49
        assert text.BoundingBoxTextHorizontalJustification == ("LEFT" if left > point[0] else "RIGHT")
        np.testing.assert_allclose(from_scoord(text.AnchorPoint), point, atol=0.01)
    for first, second in itertools.combinations(boxes, 2):
        assert overlap(first, second) < 1e-3 * min(size)


def overlap(first: tuple, second: tuple) -> float:
    """The smaller side of what two boxes have in common; 0 or less where they have nothing."""
    starts, ends = np.maximum(first[:2], second[:2]), np.minimum(first[2:], second[2:])
    return float((ends - starts).min())


def test_the_names_of_a_whole_spine_stand_apart(write_film: Write, predict: Predict) -> None:
    levels = np.arange(17)
    corners = np.array([[190, 60], [230, 60], [190, 75], [230, 75]], dtype=np.float32)
    points = (corners[None] + levels[:, None, None] * [0, 24]).reshape(-1, 2)
    names = [f"{level} {corner}" for level in levels for corner in ("upper left", "upper right", "lower left", "low")]
    film = write_film(pixels=np.zeros((512, 420), np.uint16))
    state = written(predict(film, names=names, landmarks=points, size=(420, 512)))
    _, *texts = state.GraphicAnnotationSequence[0].TextObjectSequence
    boxes = [(*text.BoundingBoxTopLeftHandCorner, *text.BoundingBoxBottomRightHandCorner) for text in texts]
    assert not any(overlap(*pair) > 0.01 for pair in itertools.combinations(boxes, 2))
    assert max(abs(text.BoundingBoxTopLeftHandCorner[1] - text.AnchorPoint[1]) for text in texts) < 60
    assert min(box[3] - box[1] for box in boxes) > 3


def test_it_refers_to_the_film(write_film: Write, predict: Predict) -> None:
    film = write_film()
    source, state = pydicom.dcmread(film), written(predict(film))
    assert state.SOPClassUID == uid.GrayscaleSoftcopyPresentationStateStorage
    (series,) = state.ReferencedSeriesSequence
    (image,) = series.ReferencedImageSequence
    assert (series.SeriesInstanceUID, image.ReferencedSOPInstanceUID) == (
        source.SeriesInstanceUID,
        source.SOPInstanceUID,
    )
    assert state.StudyInstanceUID == source.StudyInstanceUID
    assert state.SOPInstanceUID == written(predict(film)).SOPInstanceUID


@pytest.mark.parametrize(("photometric", "shape"), [("MONOCHROME1", "INVERSE"), ("MONOCHROME2", "IDENTITY")])
def test_the_film_keeps_its_polarity_and_window(
    write_film: Write, predict: Predict, photometric: str, shape: str
) -> None:
    grey = {"RescaleSlope": 2, "RescaleIntercept": -5, "RescaleType": "US", "WindowCenter": 600, "WindowWidth": 400}
    state = written(predict(write_film(photometric, **grey)))
    assert state.PresentationLUTShape == shape
    assert (state.RescaleSlope, state.RescaleIntercept) == (2, -5)
    (voi,) = state.SoftcopyVOILUTSequence
    assert (voi.WindowCenter, voi.WindowWidth) == (600, 400)


def test_the_film_keeps_its_tables(write_film: Write, predict: Predict) -> None:
    voi, modality = Dataset(), Dataset()
    voi.LUTDescriptor, voi.LUTData = [4, 0, 16], np.array([0, 10, 20, 65535], "<u2").tobytes()
    modality.LUTDescriptor, modality.LUTData = [4, 0, 16], np.array([1, 2, 3, 4], "<u2").tobytes()
    modality.ModalityLUTType = "US"
    tables = {"VOILUTSequence": [voi], "ModalityLUTSequence": [modality]}
    for syntax in (uid.ExplicitVRLittleEndian, uid.ImplicitVRLittleEndian):
        film = write_film(**tables)
        source = pydicom.dcmread(film)
        source.file_meta.TransferSyntaxUID = syntax
        source.save_as(film, enforce_file_format=True, implicit_vr=syntax.is_implicit_VR, little_endian=True)
        state = written(predict(film))
        assert state.SoftcopyVOILUTSequence[0].VOILUTSequence[0].LUTData == voi.LUTData
        assert state.ModalityLUTSequence[0].LUTData == modality.LUTData
        assert list(state.ModalityLUTSequence[0].LUTDescriptor) == [4, 0, 16]


@pytest.mark.parametrize(
    "windows",
    [
        {"WindowCenter": 600, "WindowWidth": 0},
        {"WindowCenter": 600, "WindowWidth": -5},
        {"WindowCenter": 600, "WindowWidth": 0.5},
        {"WindowCenter": 600, "WindowWidth": 0, "VOILUTFunction": "SIGMOID"},
        {"WindowCenter": 600, "WindowWidth": 400, "VOILUTFunction": "FOO"},
        {"WindowCenter": 600},
        {"WindowCenter": [600, 700], "WindowWidth": 400},
        {"VOILUTFunction": "SIGMOID"},
    ],
)
def test_a_window_that_the_reader_does_not_apply_is_not_in_the_state(
    write_film: Write, predict: Predict, windows: dict[str, Any]
) -> None:
    assert "SoftcopyVOILUTSequence" not in written(predict(write_film(**windows)))


def test_a_narrow_window_is_one_where_it_is_no_line(write_film: Write, predict: Predict) -> None:
    film = write_film(WindowCenter=600, WindowWidth=0.5, VOILUTFunction="LINEAR_EXACT")
    assert written(predict(film)).SoftcopyVOILUTSequence[0].WindowWidth == 0.5


@pytest.mark.parametrize("rescale", [{"RescaleSlope": 2}, {"RescaleIntercept": -5, "RescaleType": "US"}])
def test_a_slope_without_an_intercept_is_none(write_film: Write, predict: Predict, rescale: dict[str, Any]) -> None:
    assert not {"RescaleSlope", "RescaleIntercept", "RescaleType"} & set(written(predict(write_film(**rescale))).dir())


def table(bits: int, entries: list[int], first: int = 0) -> Dataset:
    item = Dataset()
    item.LUTDescriptor = [len(entries), first, bits]
    item.LUTData = np.array(entries, "<u2").tobytes()
    return item


@pytest.mark.parametrize("bits", [10, 12, 15])
def test_a_table_of_other_depths_is_brought_to_16_bits(write_film: Write, predict: Predict, bits: int) -> None:
    most = (1 << bits) - 1
    film = write_film(VOILUTSequence=[table(bits, [0, most // 3, most, most], first=7)])
    (taken,) = written(predict(film)).SoftcopyVOILUTSequence[0].VOILUTSequence
    assert list(taken.LUTDescriptor) == [4, 7, 16]
    np.testing.assert_allclose(np.frombuffer(taken.LUTData, "<u2"), [0, 65535 // 3, 65535, 65535], atol=65535 / most)


def test_what_is_no_table_is_not_in_the_state(write_film: Write, predict: Predict) -> None:
    short, deep, empty = table(16, [0, 1, 2, 3]), table(17, [0, 1]), Dataset()
    short.LUTDescriptor = [400, 0, 16]
    film = write_film(VOILUTSequence=[short, deep, empty], WindowCenter=600, WindowWidth=400)
    (shown,) = written(predict(film)).SoftcopyVOILUTSequence
    assert shown.dir() == ["WindowCenter", "WindowWidth"]


def test_a_film_without_windows_gets_none(write_film: Write, predict: Predict) -> None:
    state = written(predict(write_film(WindowCenter="", WindowWidth="")))
    assert "SoftcopyVOILUTSequence" not in state
    assert "RescaleSlope" not in state


def test_the_modality_lut_of_angiography_is_not_for_display(write_film: Write, predict: Predict) -> None:
    angiography = {"SOPClassUID": uid.XRayAngiographicImageStorage, "Modality": "XA"}
    film = write_film(**angiography, RescaleSlope=2, RescaleIntercept=-5, RescaleType="US")
    assert "RescaleSlope" not in written(predict(film))


def test_a_film_in_colour_gets_a_colour_presentation_state(write_film: Write, predict: Predict) -> None:
    state = written(predict(write_film("RGB", COLOURS)))
    assert state.SOPClassUID == uid.ColorSoftcopyPresentationStateStorage
    assert state.ICCProfile[36:40] == b"acsp"  # the signature of a profile
    assert len(state.GraphicAnnotationSequence[0].GraphicObjectSequence) == 6  # two lines a cross


def test_a_damaged_colour_profile_is_told(write_film: Write, predict: Predict) -> None:
    with pytest.raises(RadiographError, match=r"^film\.dcm: an element of the film cannot be taken over"):
        written(predict(write_film("RGB", COLOURS, ICCProfile=b"no profile")))


def test_a_film_in_palette_colour_can_have_none(write_film: Write, predict: Predict) -> None:
    film = write_film(PhotometricInterpretation="PALETTE COLOR")
    with pytest.raises(RadiographError, match=r"film\.dcm: no presentation state .* PALETTE COLOR"):
        written(predict(film))


@pytest.mark.parametrize(
    ("spacing", "ratio"), [((0.2, 0.3), [3, 2]), ((0.2, 0.2), [1, 1]), ((np.nan, np.nan), [1, 1]), ((0.5, 0.1), [1, 5])]
)
def test_pixels_that_are_not_square_are_shown_in_proportion(
    write_film: Write, predict: Predict, spacing: tuple[float, float], ratio: list[int]
) -> None:
    """The ratio is of the vertical to the horizontal size (PS3.3 C.10.4)."""
    (area,) = written(predict(write_film(), spacing=np.array(spacing, np.float32))).DisplayedAreaSelectionSequence
    assert area.PresentationPixelAspectRatio == ratio
