# SPDX-License-Identifier: Apache-2.0
"""Landmarks as TPS files of tpsDig: blocks of `LM=K`, K lines `x y`, `IMAGE=`; y counts from below."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from bundle.coordinates import from_tps
from bundle.dataset.description import Point
from bundle.errors import DatasetError
from bundle.films.image_size import image_size
from bundle.importers.annotations import Annotations
from bundle.importers.first_look import FirstLook
from bundle.importers.image_folder import ImageFolder
from bundle.importers.marked_film import AnnotationSource, MarkedFilm, annotations_of, as_point, by_number
from bundle.importers.parsing import annotation_file, point, read_text

_KEY = re.compile(r"^\s*([A-Za-z]\w*)\s*=\s*(.*?)\s*$")


@dataclass
class _Block:
    """One film of a TPS file: its points in the file's own coordinates."""

    where: str
    count: int
    points: list[Point | None] = field(default_factory=list)
    image: str = ""


def recognise(look: FirstLook) -> str | None:
    """Why the source is of this format, or None."""
    text = look.start(".tps").lstrip().upper()
    return "its text begins with LM=, as tpsDig's does" if re.match(r"LM\s*=", text) else None


def read_tps(source: Path, images: Path | None, names: tuple[str, ...] | None) -> Annotations:
    """Read the landmarks (not the curves) of all blocks; a point of two negative numbers or `NA` is missing.

    SCALE is left out: the file does not say of which unit it is.

    Args:
        source: The file, or a folder with one.
        images: Folder of the images; by default that of the file.
        names: Names of the landmarks in order.

    Raises:
        DatasetError: naming the file and line of a malformed row, or an image that is missing.
    """
    file = annotation_file(source, "*.tps", "*.TPS")
    folder = ImageFolder(images or file.parent)
    blocks = _blocks(file)
    images_of = [_image(folder, block) for block in blocks]
    stored = [_stored(block, folder.folder / image) for block, image in zip(blocks, images_of, strict=True)]
    landmarks, named = by_number([(block.where, points) for block, points in zip(blocks, stored, strict=True)], names)
    films = [
        MarkedFilm(image, block.where, points) for image, block, points in zip(images_of, blocks, named, strict=True)
    ]
    return annotations_of(films, landmarks, AnnotationSource(file, folder.folder))


def _image(folder: ImageFolder, block: _Block) -> Path:
    if not block.image:
        raise DatasetError(f"{block.where}: the block names no image; add a line IMAGE=")
    return folder.find(block.image, block.where)


def _stored(block: _Block, image: Path) -> list[Point | None]:
    _, height = image_size(image)
    return [None if position is None else as_point(from_tps(position, height)) for position in block.points]


def _blocks(file: Path) -> list[_Block]:
    blocks: list[_Block] = []
    curve_points = 0
    for line, text in enumerate(read_text(file).splitlines(), start=1):
        where = f"{file}, line {line}"
        match = _KEY.match(text)
        if match:
            key, value = match[1].upper(), match[2]
            if key == "LM3":
                raise DatasetError(f"{where}: has points in space (LM3); give points in the plane of a film")
            if key == "LM":
                _complete(blocks)
                blocks.append(_Block(where, _count(value, where)))
            elif not blocks:
                raise DatasetError(f"{where}: stands before the first LM=; save the file with tpsDig again")
            elif key == "IMAGE":
                blocks[-1].image = value
            curve_points = _count(value, where) if key == "POINTS" else 0
        elif text.strip() and curve_points:
            curve_points -= 1
        elif text.strip():
            if not blocks or len(blocks[-1].points) == blocks[-1].count:
                raise DatasetError(f"{where}: {text.strip()!r} is none of the points that LM= counts; correct it")
            blocks[-1].points.append(_point(text, where))
    _complete(blocks)
    if not blocks:
        raise DatasetError(f"{file}: has no LM=; give a file that tpsDig wrote")
    return blocks


def _complete(blocks: list[_Block]) -> None:
    if blocks and len(blocks[-1].points) != blocks[-1].count:
        block = blocks[-1]
        raise DatasetError(f"{block.where}: counts {block.count} points and {len(block.points)} follow; complete them")


def _count(value: str, where: str) -> int:
    if not value.isascii() or not value.isdecimal() or len(value) > 6:
        raise DatasetError(f"{where}: {value!r} is not a number of points; save the file with tpsDig again")
    return int(value)


def _point(text: str, where: str) -> Point | None:
    cells = text.split()
    if len(cells) != 2:
        raise DatasetError(f"{where}: {text.strip()!r} is not a point x y; correct the line")
    position = point(cells[0].replace(",", "."), cells[1].replace(",", "."), where)
    return None if position is None or max(position) < 0 else position
