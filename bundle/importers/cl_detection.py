# SPDX-License-Identifier: Apache-2.0
"""Landmarks as the CL-Detection 2023 challenge: one stack of padded cephalograms and a JSON file of all points."""

from __future__ import annotations

import atexit
import tempfile
from collections.abc import Mapping
from pathlib import Path, PureWindowsPath

import numpy as np
from PIL import Image

from bundle.dataset.description import Point
from bundle.errors import DatasetError
from bundle.films.pixel_spacing import PLAUSIBLE_RANGE, is_plausible
from bundle.films.suffix import has_suffix
from bundle.importers.annotations import Annotations, Unit
from bundle.importers.entries import Entry, read_json
from bundle.importers.first_look import FirstLook
from bundle.importers.marked_film import AnnotationSource, MarkedFilm, NamedPoints, annotations_of
from bundle.importers.parsing import number, point
from bundle.importers.stack import Stack
from bundle.importers.table import read_table
from bundle.importers.table_columns import read_header

_STACKS = ("train_stack.mha", "train-stack.mha")


def recognise(look: FirstLook) -> str | None:
    """Why the source is of this format, or None."""
    points = look.json_object.get("points")
    first = points[0] if isinstance(points, list) and points else None
    if isinstance(first, dict) and {"name", "point", "scale"} <= first.keys():
        return "its JSON lists points with name, point and scale, as that of CL-Detection 2023"
    if look.source.is_dir() and _below(look.source, _STACKS):
        return "a train_stack.mha of CL-Detection 2023 lies below it"
    return None


def read_cl_detection(source: Path, images: Path | None, names: tuple[str, ...] | None) -> Annotations:
    """Read the points of every slice, and write each slice as a film of its own, without its padding.

    The stack is read slice by slice. Its films were padded with zeros on the right and below, so that cropping moves
    no point; a film one of whose points lies in what would be cropped is kept whole.

    Args:
        source: The JSON file, a table `file,scale,p1x,p1y,…` whose files are called by their slices, or a folder with
            the JSON file and the stack, or with folders of them.
        images: Folder of the stack; by default that of the JSON file, and those beside and below it.
        names: Names of the landmarks in order; by default their numbers.

    Raises:
        DatasetError: naming the file and the field of a malformed entry, or the stack where it cannot be read.
    """
    file = source if source.is_file() else _only_file(source, ("train-gt.json", "train_gt.json"))
    stack = _only_file(images or (source if source.is_dir() else file.parent), _STACKS)
    slices = _slices_of_table(file) if has_suffix(file, ("csv",)) else _slices(read_json(file))
    scratch = tempfile.TemporaryDirectory(prefix="cl-detection-")
    atexit.register(scratch.cleanup)  # the films are copied from it after this returns
    folder = Path(scratch.name)
    films = []
    for index, pixels in enumerate(Stack(stack).slices(), start=1):
        points, spacing = slices.pop(index, (NamedPoints(), None))
        image = Path(f"{index:03d}.png")
        _write(_without_padding(_grey(pixels, stack, index), points), folder / image)
        films.append(MarkedFilm(image, f"{file}: slice {index}", points, spacing=spacing))
    if slices:
        raise DatasetError(f"{file}: has points of slice {min(slices)}, which {stack.name} lacks; give the stack of it")
    order = sorted({name for film in films for name in film.points}, key=lambda name: (len(name), name))
    return annotations_of(films, names, AnnotationSource(file, folder, order, unit=Unit.PIXELS))


def _below(folder: Path, names: tuple[str, ...]) -> list[Path]:
    return sorted(file for name in names for file in folder.rglob(name))


def _only_file(folder: Path, names: tuple[str, ...]) -> Path:
    found = _below(folder, names) if folder.is_dir() else []
    if len(found) != 1:
        raise DatasetError(f"{folder}: holds {len(found)} files {names[0]}, not one; give the challenge's folder")
    return found[0]


_Slice = tuple[NamedPoints, tuple[float, float]]


def _slices(content: Entry) -> dict[int, _Slice]:
    """Points and pixel size of each slice, counted from 1."""
    slices: dict[int, _Slice] = {}
    for entry in content.member("points").elements():
        values = [value.coordinate() for value in entry.member("point").elements()]
        if len(values) != 3 or values[2] != int(values[2]) or values[2] < 1:
            raise DatasetError(f"{entry.where}.point is not x, y and the number of a slice; correct it")
        millimetres = entry.member("scale").coordinate()
        _require_plausible(millimetres, f"{entry.where}.scale")
        points, spacing = slices.setdefault(int(values[2]), (NamedPoints(), (millimetres, millimetres)))
        if spacing[0] != millimetres:
            raise DatasetError(
                f"{entry.where}.scale is {millimetres:g}, that of the slice before {spacing[0]:g}; correct it"
            )
        points.mark(entry.member("name").label(), (values[0], values[1]), entry.where)
    return slices


def _slices_of_table(file: Path) -> dict[int, _Slice]:
    """Points and pixel size of each slice, from the table that the challenge's own program makes of the JSON file."""
    header, *rows = read_table(file)
    columns = read_header(header.cells, header.where)
    if "scale" not in header.cells:
        raise DatasetError(f"{header.where}: has no column scale, the mm per pixel; give the challenge's table")
    slices: dict[int, _Slice] = {}
    for cells, where in rows:
        stem = PureWindowsPath(cells[columns.image]).stem if len(cells) == len(header.cells) else ""
        if not (stem.isascii() and stem.isdecimal()):
            raise DatasetError(f"{where}: is no file called by its slice, scale and points; correct the row")
        millimetres = number(cells[header.cells.index("scale")], where)
        _require_plausible(millimetres, f"{where}, scale")
        points = NamedPoints()
        for name, (x, y) in columns.points.items():
            if (place := point(cells[x], cells[y], f"{where}, {name}")) is not None:
                points.mark(name.removeprefix("p"), place, where)
        if slices.setdefault(int(stem), (points, (millimetres, millimetres)))[0] is not points:
            raise DatasetError(f"{where}: slice {int(stem)} stands in a row before; keep one of them")
    return slices


def _require_plausible(millimetres: float, where: str) -> None:
    if not is_plausible(millimetres):
        raise DatasetError(f"{where} is {millimetres:g}, not {PLAUSIBLE_RANGE} mm per pixel; correct it")


def _grey(pixels: np.ndarray, stack: Path, number: int) -> np.ndarray:
    """One channel of a slice `[Y, X, C]`, whose channels are alike."""
    if (pixels != pixels[..., :1]).any():
        raise DatasetError(f"{stack}: slice {number} is coloured; give the stack of the challenge")
    return pixels[..., 0]


def _without_padding(pixels: np.ndarray, points: Mapping[str, Point]) -> np.ndarray:
    rows, columns = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
    if not rows.size:
        return pixels
    height, width = int(rows[-1]) + 1, int(columns[-1]) + 1
    inside = all(x <= width - 0.5 and y <= height - 0.5 for x, y in points.values())
    return pixels[:height, :width] if inside else pixels


def _write(pixels: np.ndarray, file: Path) -> None:
    try:
        Image.fromarray(pixels).save(file, compress_level=1)
    except OSError as error:
        raise DatasetError(
            f"{file}: cannot be written ({error.strerror}); set TMPDIR to a folder with space"
        ) from error
