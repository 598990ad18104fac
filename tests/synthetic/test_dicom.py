# SPDX-License-Identifier: Apache-2.0
"""The films are DICOM files as a hospital's archive holds them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest

from bundle.films.load_radiograph import LoadRadiographd
from bundle.synthetic import dicom
from bundle.synthetic.film import Setting, arrange, take
from bundle.synthetic.sample import SITES, load_site

COUNT = 24


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, Setting, np.ndarray]]:
    folder = tmp_path_factory.mktemp("films")
    made = []
    for number in range(COUNT):
        site = load_site(SITES[number % 3])
        setting = arrange(site, 96, np.random.default_rng(number))
        rng = np.random.default_rng(number)
        grey = take(setting, site, rng)
        file = folder / f"{number}.dcm"
        dicom.write(file, grey, setting, site, ("key", number), rng)
        made.append((file, setting, grey))
    return made


def test_tags_say_what_the_film_is(films: list[tuple[Path, Setting, np.ndarray]]) -> None:
    for number, (file, _, grey) in enumerate(films):
        site, film = load_site(SITES[number % 3]), pydicom.dcmread(file)
        assert film.Modality in {"DX", "CR"}
        assert film.SOPClassUID == film.file_meta.MediaStorageSOPClassUID
        assert film.SOPInstanceUID == dicom.instance_uid("key", number)
        assert (film.BitsAllocated, film.BitsStored, film.HighBit, film.PixelRepresentation) == (16, 12, 11, 0)
        assert film.pixel_array.shape == grey.shape
        assert film.pixel_array.max() <= 4095
        assert (film.BodyPartExamined, film.ViewPosition) == (site.body_part, site.view)
        assert film.get("ImageLaterality", film.get("Laterality", "U")) == site.laterality
        assert film.BurnedInAnnotation == "NO"
        assert str(film.PatientName).startswith("Synthetic^")
        assert "SYNTHETIC" in film.ImageType
        assert "Synthetic" in film.ImageComments
        assert "Synthetic" in film.SeriesDescription
        assert all(uid.is_valid for uid in (film.StudyInstanceUID, film.SeriesInstanceUID, film.SOPInstanceUID))
    assert len({pydicom.dcmread(file).StudyInstanceUID for file, *_ in films}) == COUNT


def test_both_photometric_interpretations_and_modalities_occur(films: list[tuple[Path, Setting, np.ndarray]]) -> None:
    read = [pydicom.dcmread(file, stop_before_pixels=True) for file, *_ in films]
    assert {film.PhotometricInterpretation for film in read} == {"MONOCHROME1", "MONOCHROME2"}
    assert {film.Modality for film in read} == {"DX", "CR"}
    for film in read:
        if film.Modality == "DX":
            assert film.PresentationLUTShape == ("INVERSE" if film.PhotometricInterpretation[-1] == "1" else "IDENTITY")


def test_spacing_is_given_in_every_way_and_agrees_with_the_geometry(
    films: list[tuple[Path, Setting, np.ndarray]],
) -> None:
    ways = set()
    for file, setting, _ in films:
        film = pydicom.dcmread(file, stop_before_pixels=True)
        magnification = setting.beam.source_to_detector / setting.beam.project(setting.person.landmarks)[1].mean()
        ways.add(
            ("ImagerPixelSpacing" in film, "PixelSpacing" in film, "EstimatedRadiographicMagnificationFactor" in film)
        )
        if "ImagerPixelSpacing" in film:
            assert film.ImagerPixelSpacing == pytest.approx([setting.beam.pixel] * 2, rel=1e-4)
        else:
            assert film.Modality == "CR"
        if "PixelSpacing" in film:
            assert film.PixelSpacing == pytest.approx([setting.beam.pixel / magnification] * 2, rel=1e-4)
            assert film.PixelSpacingCalibrationType == "GEOMETRY"
        if "EstimatedRadiographicMagnificationFactor" in film:
            assert film.EstimatedRadiographicMagnificationFactor == pytest.approx(magnification, rel=1e-4)
    assert ways == {(True, True, False), (True, False, True), (True, False, False), (False, False, False)}


def test_the_bundles_reader_shows_the_film_as_it_was_exposed(films: list[tuple[Path, Setting, np.ndarray]]) -> None:
    for file, _, grey in films:
        image = np.asarray(LoadRadiographd(keys="image")({"image": str(file)})["image"])[0]
        assert image.shape == grey.T.shape
        level = (image - image.min()) / np.ptp(image)
        expected = (grey.T - grey.min()) / np.ptp(grey)
        assert np.abs(level - expected).max() < 2e-3


def test_an_instance_is_recognised_by_its_uid(films: list[tuple[Path, Setting, np.ndarray]], tmp_path: Path) -> None:
    file = films[0][0]
    assert dicom.holds(file, dicom.instance_uid("key", 0))
    assert not dicom.holds(file, dicom.instance_uid("key", 1))
    assert not dicom.holds(tmp_path / "absent.dcm", dicom.instance_uid("key", 0))
    (tmp_path / "text.dcm").write_text("no film")
    assert not dicom.holds(tmp_path / "text.dcm", dicom.instance_uid("key", 0))


def test_a_failed_write_leaves_no_film(
    films: list[tuple[Path, Setting, np.ndarray]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(dicom.FileDataset, "save_as", full)
    _, setting, grey = films[0]
    with pytest.raises(OSError, match="No space"):
        dicom.write(tmp_path / "a.dcm", grey, setting, load_site("pelvis"), ("x",), np.random.default_rng(0))
    assert not (tmp_path / "a.dcm").exists()
