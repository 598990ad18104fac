# SPDX-License-Identifier: Apache-2.0
"""What the programs that write films as NIfTI and MetaImage mean by their headers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import itk
import nibabel
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from monai.transforms import LoadImage, SaveImage
from PIL import Image

from bundle.films.load_radiograph import LoadRadiographd
from bundle.films.orientation import EXIF, UPRIGHT, Orientation
from bundle.films.volume_orientation import volume_orientation

WIDTH, HEIGHT = 20, 12
ROWS = np.add.outer(np.arange(HEIGHT) * WIDTH, np.arange(WIDTH)).astype(np.uint8)  # as a person looks at it, from above
UPSIDE_DOWN, QUIET = Orientation(flipped_y=True), ""


def nifti(path: Path, stored: np.ndarray, affine: np.ndarray | None) -> Path:
    nibabel.save(nibabel.Nifti1Image(stored, affine), path)
    return path


def itk_of_a_picture(folder: Path, name: str) -> Path:
    Image.fromarray(ROWS).save(folder / "film.png")
    itk.imwrite(itk.imread(str(folder / "film.png")), str(folder / name))
    return folder / name


def itk_turned(folder: Path, name: str, axes: tuple[bool, bool]) -> Path:
    """As ITK reorients a film: the pixels change places, the film stays where it is."""
    left, up = (-1 if flipped else 1 for flipped in axes)
    image = itk.image_from_array(np.ascontiguousarray(ROWS[::up, ::left]))
    image.SetDirection(np.diag([float(left), float(up)]))
    image.SetOrigin([float(WIDTH - 1) * axes[0], float(HEIGHT - 1) * axes[1]])
    itk.imwrite(image, str(folder / name))
    return folder / name


def monai_of_a_picture(folder: Path, name: str, reader: str, writer: str) -> Path:
    Image.fromarray(ROWS).save(folder / "film.png")
    image = LoadImage(reader=reader, ensure_channel_first=True)(str(folder / "film.png"))
    extension = name.removeprefix("film")
    SaveImage(folder, output_postfix="", output_ext=extension, writer=writer, separate_folder=False, print_log=False)(
        image
    )
    return folder / name


def dcm2niix(folder: Path, name: str, rows_from_below: bool) -> Path:
    """Of a DX film: codes of 0, an sform beside them, rows turned over unless `-y n` (v1.0.20260724)."""
    image = nibabel.Nifti1Image((ROWS[::-1] if rows_from_below else ROWS).T[..., None], None)
    image.header["pixdim"][1:4] = 0.3, 0.2, 1
    nibabel.save(image, folder / name)
    content = bytearray((folder / name).read_bytes())
    second_row = (0, 1, 0, 1 - HEIGHT) if rows_from_below else (0, -1, 0, 0)
    content[280:328] = np.array([(1, 0, 0, 0), second_row, (0, 0, 1, 0)], "<f4").tobytes()
    (folder / name).write_bytes(bytes(content))
    return folder / name


def canonical(folder: Path, name: str) -> Path:
    """An ITK film that NiBabel or MONAI brought to RAS: the last pixel is the upper left one."""
    itk_film = nibabel.load(itk_of_a_picture(folder, "itk.nii"))
    volume = nibabel.Nifti1Image(np.asanyarray(itk_film.dataobj)[..., None], itk_film.affine)
    nibabel.save(nibabel.as_closest_canonical(volume), folder / name)
    return folder / name


def saved_again(folder: Path, name: str) -> Path:
    """A file without orientation that went through NiBabel, which assumes one."""
    first = nibabel.load(nifti(folder / "first.nii", ROWS[::-1].T, None))
    return nifti(folder / name, np.asanyarray(first.dataobj), first.affine)


Write = Callable[[Path], Path]
WRITERS: dict[str, tuple[Write, Orientation, str]] = {
    "ITK, NIfTI of a PNG": (lambda folder: itk_of_a_picture(folder, "film.nii.gz"), UPRIGHT, QUIET),
    "ITK, MetaImage of a PNG": (lambda folder: itk_of_a_picture(folder, "film.mha"), UPRIGHT, QUIET),
    "ITK, rows turned over": (lambda folder: itk_turned(folder, "film.mha", (False, True)), UPSIDE_DOWN, QUIET),
    "ITK, rows turned over, NIfTI": (
        lambda folder: itk_turned(folder, "film.nii", (False, True)),
        UPSIDE_DOWN,
        QUIET,
    ),
    "ITK, mirrored": (lambda folder: itk_turned(folder, "film.mha", (True, False)), EXIF[2], QUIET),
    "ITK, half a turn": (lambda folder: itk_turned(folder, "film.mha", (True, True)), EXIF[3], QUIET),
    "NiBabel, identity": (
        lambda folder: nifti(folder / "film.nii", ROWS.T, np.eye(4)),
        UPRIGHT,
        "converters write which know none",
    ),
    "NiBabel, spacing": (
        lambda folder: nifti(folder / "film.nii", ROWS.T, np.diag([0.3, 0.3, 1, 1])),
        UPRIGHT,
        "converters write which know none",
    ),
    "NiBabel, y down": (
        lambda folder: nifti(folder / "film.nii", ROWS.T, np.diag([0.3, -0.3, 1, 1])),
        UPRIGHT,
        "converters write which know none",
    ),
    "NiBabel, LPS": (
        lambda folder: nifti(folder / "film.nii", ROWS.T, np.diag([-0.3, -0.3, 1, 1])),
        UPRIGHT,
        QUIET,
    ),
    "NiBabel, none": (lambda folder: nifti(folder / "film.nii", ROWS.T, None), UPRIGHT, QUIET),
    "NiBabel, none, saved again": (lambda folder: saved_again(folder, "film.nii"), UPSIDE_DOWN, "NiBabel assumes"),
    "NiBabel, canonical": (lambda folder: canonical(folder, "film.nii"), EXIF[3], QUIET),
    "MONAI, Pillow": (
        lambda folder: monai_of_a_picture(folder, "film.nii.gz", "PILReader", "NibabelWriter"),
        UPRIGHT,
        "converters write which know none",
    ),
    "MONAI, Pillow, MetaImage": (
        lambda folder: monai_of_a_picture(folder, "film.mha", "PILReader", "ITKWriter"),
        UPRIGHT,
        "converters write which know none",
    ),
    "MONAI, ITK": (
        lambda folder: monai_of_a_picture(folder, "film.nii.gz", "ITKReader", "NibabelWriter"),
        UPRIGHT,
        QUIET,
    ),
    "MONAI, PydicomReader": (  # its x and y change places, the pixels do not
        lambda folder: nifti(folder / "film.nii", ROWS.T, np.eye(4)[[1, 0, 2, 3]]),
        UPRIGHT,
        "converters write which know none",
    ),
    "rows from below": (
        lambda folder: nifti(folder / "film.nii.gz", ROWS[::-1].T[..., None], np.diag([-1.0, 1, 1, 1])),
        UPSIDE_DOWN,
        QUIET,
    ),
    "dcm2niix, DX": (lambda folder: dcm2niix(folder, "film.nii", True), UPSIDE_DOWN, QUIET),
    "dcm2niix, DX, -y n": (lambda folder: dcm2niix(folder, "film.nii", False), UPRIGHT, QUIET),
    "dcm2niix, coronal": (
        lambda folder: nifti(
            folder / "film.nii",
            ROWS[::-1].T[..., None],
            np.array([[-0.3, 0, 0, 0], [0, 0, -1, 0], [0, 0.2, 0, -2.2], [0, 0, 0, 1]]),
        ),
        UPSIDE_DOWN,
        QUIET,
    ),
    "dcm2niix, sagittal": (
        lambda folder: nifti(
            folder / "film.nii",
            ROWS[::-1].T[..., None],
            np.array([[0, 0, 1, 0], [-0.3, 0, 0, 0], [0, 0.2, 0, -2.2], [0, 0, 0, 1]]),
        ),
        UPSIDE_DOWN,
        QUIET,
    ),
    "rows as the first axis, and the header says so": (
        lambda folder: nifti(folder / "film.nii", ROWS, np.array(np.diag([-1.0, -1, 1, 1])[[1, 0, 2, 3]])),
        EXIF[5],
        QUIET,
    ),
    "oblique": (
        lambda folder: nifti(
            folder / "film.nii",
            ROWS.T,
            np.array([[-0.8, -0.6, 0, 0], [0.6, -0.8, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]),
        ),
        UPRIGHT,
        "lies oblique",
    ),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_a_film_of_each_writer_is_seen_upright_and_answered_in_stored_pixels(tmp_path, writer):
    write, orientation, doubt = WRITERS[writer]
    path = write(tmp_path)
    film = LoadRadiographd("image")({"image": str(path), "spacing": np.ones(2, np.float32)})["image"]
    assert np.array_equal(film[0].numpy(), ROWS.T), "upright"
    stored = (
        np.asanyarray(nibabel.load(path).dataobj)
        if "nii" in path.name
        else itk.array_from_image(itk.imread(str(path))).T
    )
    stored = stored.reshape(stored.shape[:2])
    assert np.array_equal(orientation.turn(stored), ROWS.T)
    x, y, *_ = film.affine.numpy() @ (7, 3, 0, 1)
    assert stored[int(x), int(y)] == ROWS[3, 7]
    warnings = film.meta["warnings"]
    assert (doubt in warnings) if doubt else not warnings


def directions() -> Iterator[tuple[Orientation, np.ndarray]]:
    """Every orientation of a film, with the axes by which its header says so."""
    for orientation in EXIF.values():
        shown = np.array([[-1.0 if orientation.flipped_x else 1, 0], [0, -1.0 if orientation.flipped_y else 1], [0, 0]])
        yield orientation, shown[:, [1, 0]] if orientation.transposed else shown


@given(
    st.sampled_from(list(directions())),
    st.sampled_from(["axial", "coronal"]),
    st.tuples(st.floats(0.05, 2), st.floats(0.05, 2)),
    st.floats(-20, 20),
)
def test_a_placed_film_is_turned_by_its_header_up_to_a_small_tilt(direction, plane, spacing, degrees):
    orientation, axes = direction
    cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    axes = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]]) @ axes * spacing
    if plane == "coronal":  # y of the film runs along I, which is -S
        axes = np.stack([axes[0], np.zeros(2), -axes[1]])
    placed = np.array([300.0, -200.0, 100.0])
    assert volume_orientation(axes, placed, (WIDTH, HEIGHT)) == (orientation, [])


@pytest.mark.parametrize("axes", [np.zeros((3, 2)), np.full((3, 2), np.nan), np.ones((3, 2))])
def test_directions_that_are_none_leave_the_film_as_stored(axes):
    orientation, (warning,) = volume_orientation(axes, np.zeros(3), (WIDTH, HEIGHT))
    assert orientation == UPRIGHT
    assert "oblique" in warning
