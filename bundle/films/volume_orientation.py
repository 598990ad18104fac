# SPDX-License-Identifier: Apache-2.0
"""How a film in a NIfTI or MetaImage file is turned for a viewer, from the directions that its header states.

Upright, x runs along the patient's L and y along P, where ITK and Slicer place a film of unknown position; or y along I
in a coronal or sagittal plane. A header is not believed where it says no more than converters write that know nothing.
"""

from __future__ import annotations

import nibabel
import numpy as np

from bundle.films.orientation import UPRIGHT, Orientation

_L, _P, _S = range(3)  # the axes of LPS
_LEAST_COSINE = 0.9
"""Of the angle between an axis of the image and the patient's axis that it is taken to run along."""

_OBLIQUE = "its header says that the film lies oblique in the patient, so it was taken as stored, the first row above"
_NOTHING_KNOWN = (
    "its header has the directions that converters write which know none (x to the patient's right, from the first "
    "pixel on), so it was taken as stored, the first row above; check that it is not upside down"
)
_CENTRED = (
    "its header has the directions and origin that NiBabel assumes where a file states none (the last row above), and "
    "it was turned so; check that it is not upside down"
)


def volume_orientation(axes: np.ndarray, origin: np.ndarray, size: tuple[int, int]) -> tuple[Orientation, list[str]]:
    """Find how a film is turned.

    Args:
        axes: `[3, 2]` whose columns are the steps in LPS mm from a pixel to the next along x and y.
        origin: `[3]` LPS position in mm of the first pixel.
        size: Width and height of the stored image.

    Returns:
        How the stored image is turned, and sentences for whoever uses the film where that is doubtful.
    """
    lengths = np.linalg.norm(axes, axis=0)
    if not (np.isfinite(axes).all() and lengths.all()):
        return UPRIGHT, [_OBLIQUE]
    cosines = axes / lengths
    along = np.abs(cosines).argmax(axis=0).tolist()
    if along[0] == along[1] or np.abs(cosines).max(axis=0).min() < _LEAST_COSINE:
        return UPRIGHT, [_OBLIQUE]
    vertical = _S if _S in along else _P
    if vertical not in along:
        return UPRIGHT, [_OBLIQUE]
    rows = along.index(vertical)  # the stored axis from row to row of the upright film
    columns = 1 - rows
    # in a sagittal plane a film shows its patient from the left or the right as well: it is not mirrored
    flipped_x = bool(along[columns] == _L and cosines[_L, columns] < 0)
    flipped_y = bool((cosines[vertical, rows] > 0) == (vertical == _S))
    orientation = Orientation(transposed=rows == 0, flipped_x=flipped_x, flipped_y=flipped_y)
    if vertical == _P and flipped_x and (np.abs(origin) < lengths.max()).all():
        return UPRIGHT, [_NOTHING_KNOWN]
    middle = origin + axes @ (np.array(size) - 1) / 2
    doubtful = orientation == Orientation(flipped_y=True) and (np.abs(middle) < 1e-3 * lengths.min()).all()
    return orientation, [_CENTRED] if doubtful else []


def nifti_orientation(image: nibabel.Nifti1Image) -> tuple[Orientation, list[str]]:
    """Find how a film in a NIfTI file is turned, by its sform, else its qform.

    Without either it is taken as stored, but for what dcm2niix writes of a projection radiograph: no code, rows from
    below, and an sform, which does not hold then, whose y leads up from the last row.
    """
    header, (width, height) = image.header, image.shape[:2]
    if header["sform_code"] <= 0 and header["qform_code"] <= 0:
        step, offset = header["srow_y"][1], header["srow_y"][3]
        from_below = height > 1 and step > 0 and bool(np.isclose(offset, -step * (height - 1)))
        return Orientation(flipped_y=from_below), []
    affine = np.diag([-1, -1, 1, 1]) @ image.affine  # RAS to LPS
    return volume_orientation(affine[:3, :2], affine[:3, 3], (width, height))
