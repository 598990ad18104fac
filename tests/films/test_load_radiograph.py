# SPDX-License-Identifier: Apache-2.0
"""A film of any format enters a pipeline the same way."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import itk
import nibabel
import numpy as np
import pytest
import torch
from monai.data import DataLoader, Dataset, MetaTensor
from PIL import Image
from pydicom import uid

from bundle.errors import RadiographError
from bundle.films.load_radiograph import LoadRadiographd

FILM_NAMES = [
    "film.dcm",
    "film",
    "film.png",
    "film.jpg",
    "film.tif",
    "film.bmp",
    "film.nii",
    "film.nii.gz",
    "film.mha",
    "FILM.PNG",
]

ROWS = np.repeat(np.repeat(np.arange(10, 250, 20, dtype=np.uint8).reshape(3, 4), 8, axis=0), 8, axis=1)
"""An unsymmetric film `[Y, X]` of 24 x 32 pixels, in squares of a JPEG block so that JPEG keeps it."""


@pytest.fixture
def store(tmp_path: Path, write_film: Callable[..., Path]) -> Callable[..., Path]:
    """Write a film `[Y, X]` in the format of a file name."""

    def write(name: str, rows: np.ndarray = ROWS) -> Path:
        path = tmp_path / name
        suffix = path.suffix.lower()
        if suffix in ("", ".dcm"):
            return write_film(rows, 8, name=name)
        if suffix in (".nii", ".gz"):
            nibabel.save(nibabel.Nifti1Image(np.ascontiguousarray(rows.T), np.diag([-0.3, -0.4, 1, 1])), path)
        elif suffix == ".mha":
            itk.imwrite(itk.image_from_array(np.ascontiguousarray(rows)), str(path))
        elif suffix == ".jpg":
            Image.fromarray(rows).save(path, quality=100)
        else:
            Image.fromarray(rows).save(path)
        return path

    return write


def load(path: Path, **items: object) -> dict:
    return LoadRadiographd("image")({"image": str(path), **items})


@pytest.mark.parametrize("name", FILM_NAMES)
class TestEveryFormat:
    def test_pixel_x_y_of_the_stored_image_is_element_x_y(self, store, name):
        film = load(store(name))["image"]
        assert film.shape == (1, 32, 24)
        for x, y in [(0, 0), (31, 0), (0, 23), (20, 10)]:
            assert abs(float(film[0, x, y]) - int(ROWS[y, x])) <= 1

    def test_contract(self, store, name):
        path = store(name)
        loaded = load(path)
        film = loaded["image"]
        assert isinstance(film, MetaTensor)
        assert film.dtype == torch.float32
        assert torch.equal(film.affine, torch.eye(4, dtype=torch.float64))
        assert film.meta["filename_or_obj"] == str(path)
        assert film.meta["original_channel_dim"] == "no_channel"
        assert tuple(film.meta["spatial_shape"]) == (32, 24)
        assert loaded["spacing"].dtype == np.float32
        assert np.array_equal(loaded["spacing"], film.meta["spacing"], equal_nan=True)
        if "nii" in name:
            assert np.allclose(loaded["spacing"], [0.3, 0.4])
        else:
            assert np.isnan(loaded["spacing"]).all()

    def test_film_without_contrast_is_refused(self, store, name):
        with pytest.raises(RadiographError, match=r"^(film|FILM).*: every pixel has the value 0"):
            load(store(name, np.zeros_like(ROWS)))

    def test_truncated_file_is_refused(self, store, name):
        path = store(name)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        with pytest.raises(RadiographError) as refusal:
            load(path)
        assert str(refusal.value).startswith(f"{name}: ")
        assert str(path.parent) not in str(refusal.value)
        assert "\n" not in str(refusal.value)


def test_16_bit_png_keeps_its_depth(store):
    rows = np.arange(4800, dtype=np.uint16).reshape(60, 80)
    assert np.array_equal(load(store("film.png", rows))["image"][0].numpy().T, rows)


@pytest.mark.parametrize("spacing", [[0.25, 0.5], (0.25, 0.5), np.float32([0.25, 0.5])])
def test_spacing_of_the_dataset_wins_over_the_file(write_film, stored, spacing):
    loaded = load(write_film(stored, PixelSpacing=[0.1, 0.1]), spacing=spacing)
    assert loaded["spacing"].tolist() == [0.25, 0.5]
    assert loaded["image"].meta["spacing"].tolist() == [0.25, 0.5]
    assert loaded["image"].meta["spacing_provenance"] == "dataset.json"


@pytest.mark.parametrize("items", [{}, {"spacing": np.float32([np.nan, np.nan])}])
def test_spacing_of_the_file_fills_what_the_dataset_leaves_open(write_film, stored, items):
    loaded = load(write_film(stored, ImagerPixelSpacing=[0.2, 0.1]), **items)
    assert np.allclose(loaded["spacing"], [0.1, 0.2])
    assert loaded["image"].meta["spacing_provenance"] == "ImagerPixelSpacing, at detector"


@pytest.mark.parametrize("broken", [["0", "0"], ["NaN", "NaN"], ["1", "1"]])
def test_a_broken_spacing_of_the_file_is_told_where_the_dataset_states_none(write_film, stored, broken):
    path = write_film(stored, PixelSpacing=broken)
    film = load(path)["image"]
    assert film.meta["spacing_provenance"] == "unknown"
    assert film.meta["warnings"].startswith("PixelSpacing is ")
    film = load(path, spacing=[0.25, 0.5])["image"]
    assert film.meta["spacing"].tolist() == [0.25, 0.5]
    assert film.meta["warnings"] == ""


def test_other_keys_stay_and_the_input_is_not_changed(store):
    data = {"image": str(store("film.png")), "label": np.zeros((2, 2)), "name": "film.png"}
    loaded = LoadRadiographd("image")(data)
    assert loaded["label"] is data["label"]
    assert loaded["name"] == "film.png"
    assert isinstance(data["image"], str)
    assert "spacing" not in data


def test_names_of_keys_are_free(store):
    loaded = LoadRadiographd("film", spacing_key="mm", allow_missing_keys=True)({"film": store("film.png")})
    assert loaded["film"].shape == (1, 32, 24)
    assert np.isnan(loaded["mm"]).all()
    assert LoadRadiographd("film", allow_missing_keys=True)({"other": 1}) == {"other": 1}


def test_missing_file_folder_and_other_content_are_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("no film")
    (tmp_path / "film.dcm").write_text("no film")
    (tmp_path / "film.png").write_text("no film")
    (tmp_path / "empty.dcm").touch()
    for name, sentence in {
        "gone.dcm": "no such file",
        "notes.txt": "not a DICOM, PNG",
        "film.dcm": "not a DICOM file, its content is another one's",
        "film.png": "cannot be read as an image",
        "empty.dcm": "not a DICOM file, it is empty",
        ".": "no such file",
    }.items():
        with pytest.raises(RadiographError, match=sentence):
            load(tmp_path / name)


def test_ct_slice_is_refused(write_film, stored):
    with pytest.raises(RadiographError, match="CT Image Storage is no projection radiograph"):
        load(write_film(stored, SOPClassUID=uid.CTImageStorage))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_no_numbers_are_refused(tmp_path, value):
    rows = ROWS.astype(np.float32)
    rows[3, 3] = value
    Image.fromarray(rows).save(tmp_path / "film.tif")
    with pytest.raises(RadiographError, match="not finite"):
        load(tmp_path / "film.tif")


def test_films_of_different_formats_form_a_batch(store):
    films = [{"image": str(store(name))} for name in ("film.dcm", "film.png", "film.nii.gz")]
    batch = next(iter(DataLoader(Dataset(films, LoadRadiographd("image")), batch_size=3)))
    assert batch["image"].shape == (3, 1, 32, 24)
    assert batch["spacing"].shape == (3, 2)
    assert batch["image"].meta["spacing_provenance"] == ["unknown", "unknown", "image header"]


def test_one_transform_serves_several_threads(store, tmp_path):
    """As MONAI's CacheDataset uses it."""
    for index in range(12):
        rows = np.roll(ROWS, index, axis=1)
        image = nibabel.Nifti1Image(np.ascontiguousarray(rows.T), np.diag([0.1 + index, 0.2, 1, 1]))
        nibabel.save(image, tmp_path / f"{index}.nii.gz")
    transform = LoadRadiographd("image")
    with ThreadPoolExecutor(4) as pool:
        films = list(pool.map(lambda index: transform({"image": tmp_path / f"{index}.nii.gz"}), range(12)))
    for index, film in enumerate(films):
        assert film["spacing"][0] == pytest.approx(0.1 + index)
        assert np.array_equal(film["image"][0].numpy().T, np.roll(ROWS, index, axis=1))


@pytest.mark.real_data
@pytest.mark.parametrize("folder", ["ceph", "spine", "hand"])
def test_real_jpegs(radiograph_data, folder):
    path = sorted((radiograph_data / folder / "images").glob("*.jpg"))[0]
    loaded = load(path)
    with Image.open(path) as picture:
        width, height = picture.size
        x, y = width // 3, height // 4
        pixel = picture.convert("L").getpixel((x, y))
    assert loaded["image"].shape == (1, width, height)
    assert abs(float(loaded["image"][0, x, y]) - pixel) <= 1
    assert np.isnan(loaded["spacing"]).all()
