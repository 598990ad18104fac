# SPDX-License-Identifier: Apache-2.0
"""What the columns of a table of landmarks hold, by the names in its header."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bundle.errors import DatasetError
from bundle.importers.annotations import Unit
from bundle.importers.parsing import label, quoted

_UNITS = {
    Unit.PIXELS: ("px", "pix", "pixel", "pixels"),
    Unit.MILLIMETRES: ("mm", "millimetre", "millimetres", "millimeter", "millimeters"),
    Unit.PERCENT: ("%", "percent", "pct"),
    Unit.FRACTION: ("fraction", "relative", "rel", "normalized", "normalised", "norm"),
}
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words}
_WORDS = "|".join(sorted(map(re.escape, _UNIT_OF), key=len, reverse=True))
_UNIT = re.compile(rf"^(?P<name>.+?)(?:[ _.-]*[\[(](?P<in>{_WORDS})[\])]|[ _.-]+(?P<after>{_WORDS}))$", re.IGNORECASE)

_GAP = r"[ _.:/-]"
_COORDINATES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^(?P<axis>[xyXY]){_GAP}*[\[(]?(?P<name>\d+)[\])]?$",  # x1, x_1, x[1]
        rf"^(?P<name>\d+){_GAP}*(?P<axis>[xyXY])$",  # 1x, 1_x
        rf"^(?P<axis>[xyXY])(?:{_GAP}+|{_GAP}*[\[(])(?P<name>.*\w)[\])]?$",  # x_nasion, x(nasion)
        rf"^(?P<name>.*\w)(?:{_GAP}+|{_GAP}*[\[(])(?P<axis>[xyXY])[\])]?$",  # nasion_x, nasion (x)
        r"^(?P<name>.*\d)(?P<axis>[xyXY])$",  # p1x
        r"^(?P<name>.*[a-z])(?P<axis>[XY])$",  # nasionX
        r"^(?P<axis>[xy])(?P<name>[A-Z].*)$",  # xNasion
        r"^(?P<axis>[xyXY])(?P<name>)$",  # x
    )
)
_OF_A_POINT = re.compile(
    rf"(^|{_GAP}|\d)(v|z|vis|visible|visibility|occluded|hidden|present|missing|valid)({_GAP}|\d|$)"
)

# Letters and digits of what programs call the column of the images; the first that is there is it.
_IMAGE = (
    *("image", "imagename", "imagefile", "imagefilename", "imagepath", "img", "imgname", "imgpath"),
    *(
        "filename",
        "file",
        "filepath",
        "path",
        "film",
        "radiograph",
        "xray",
        "scan",
        "imageid",
        "imgid",
        "name",
        "id",
        "case",
    ),
)
_LANDMARK = (
    *("landmark", "landmarkname", "landmarkid", "landmarkindex", "landmarknumber", "keypoint", "keypointname"),
    *("point", "pointname", "pointid", "label", "structure", "name"),
)
_SPACING = ("spacing", "pixelspacing", "pixelsize", "mmperpixel", "mmperpx", "mmpx")


@dataclass(frozen=True)
class Columns:
    """Where a table holds what, as indices of columns.

    Attributes:
        image: The path, file name or id of the image.
        points: x and y of each landmark, in the order of the table; in a table of one row a landmark, of the name "".
        spacing: One column of the pixel size, or x and y; none where the table has none.
        landmark: The landmark of the row, in a table of one row a landmark.
        unit: What the names of the coordinates end with, None where they state none.
        passed_over: Names of the columns that hold nothing of these.
    """

    image: int
    points: dict[str, tuple[int, int]]
    spacing: tuple[int, ...] = ()
    landmark: int | None = None
    unit: Unit | None = None
    passed_over: tuple[str, ...] = ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """The columns of numbers."""
        return (*self.spacing, *(column for pair in self.points.values() for column in pair))


def read_header(header: Sequence[str], where: str) -> Columns:
    """Tell the columns by their names.

    Raises:
        DatasetError: the names do not tell where the image or a coordinate is, or two are the same.
    """
    axes: dict[str, dict[str, int]] = {}
    spelt: dict[str, str] = {}
    units: dict[Unit | None, str] = {}
    others: dict[int, str] = {}
    for column, cell in enumerate(header):
        name, unit = _without_unit(label(cell))
        found = _coordinate(name)
        if found is None:
            others[column] = cell
            continue
        landmark, axis = found
        key = landmark.casefold()
        spelt.setdefault(key, landmark)
        if axis in axes.setdefault(key, {}):
            raise DatasetError(f"{where}: {quoted(cell)} is a second column of {axis}; keep one of them")
        axes[key][axis] = column
        if not _is(landmark, _SPACING):
            units[unit] = cell
    spacing = _spacing(others, {key: axes.pop(key) for key in list(axes) if _is(key, _SPACING)}, where)
    points = {spelt[key]: _pair(spelt[key], columns, where) for key, columns in axes.items()}
    if not points or ("" in points and len(points) > 1):
        raise DatasetError(f"{where}: the header names no x and y of landmarks; name the columns x1,y1,x2,y2,…")
    if len(units) > 1:
        first, second = list(units.values())[:2]
        raise DatasetError(f"{where}: {quoted(first)} and {quoted(second)} name different units; give all columns one")
    for name in others.values():
        if _OF_A_POINT.search(name.lower()):
            raise DatasetError(
                f"{where}: {quoted(name)} seems to say more of a point than x and y, which is not read; "
                "empty the cells of missing points and remove the column"
            )
    rest = {column: name for column, name in others.items() if column not in spacing}
    landmark_column = _first(rest, _LANDMARK) if "" in points else None
    image = _first({column: name for column, name in rest.items() if column != landmark_column}, _IMAGE)
    if image is None and 0 in rest and landmark_column != 0:
        image = 0
    if image is None:
        raise DatasetError(f"{where}: the header names no column of the image; name it 'image'")
    passed_over = tuple(name for column, name in rest.items() if column not in (image, landmark_column))
    return Columns(image, _numbered(points), spacing, landmark_column, next(iter(units)), passed_over)


def names_the_image(name: str) -> bool:
    """Whether a column of this name is certainly that of the images."""
    return _is(name, _IMAGE)


def _without_unit(name: str) -> tuple[str, Unit | None]:
    found = _UNIT.match(name)
    return (name, None) if found is None else (found["name"], _UNIT_OF[(found["in"] or found["after"]).lower()])


def _coordinate(name: str) -> tuple[str, str] | None:
    """Landmark and axis that a name states."""
    if names_the_image(name):  # "X-ray"
        return None
    for pattern in _COORDINATES:
        if found := pattern.match(name):
            return label(found["name"]), found["axis"].lower()
    return None


def _pair(landmark: str, columns: dict[str, int], where: str) -> tuple[int, int]:
    for axis in "xy":
        if axis not in columns:
            raise DatasetError(f"{where}: {quoted(landmark)} has no column of {axis}; add it, or rename the other")
    return columns["x"], columns["y"]


def _numbered(points: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """Landmarks that are numbers alone, in the order of the numbers and with names."""
    if "" in points or not all(name.isdecimal() for name in points):
        return points
    return {f"landmark {name}": points[name] for name in sorted(points, key=int)}


def _spacing(others: dict[int, str], axes: dict[str, dict[str, int]], where: str) -> tuple[int, ...]:
    columns = [
        column for column, name in others.items() if _is(_without_unit(name)[0], _SPACING) or _is(name, _SPACING)
    ]
    pairs = [_pair(name, found, where) for name, found in axes.items()]
    if len(columns) + len(pairs) > 1:
        raise DatasetError(f"{where}: more than one column is of the spacing; keep one of them")
    return pairs[0] if pairs else tuple(columns)


def _first(columns: dict[int, str], words: Sequence[str]) -> int | None:
    for word in words:
        for column, name in columns.items():
            if _is(name, (word,)):
                return column
    return None


def _is(name: str, words: Sequence[str]) -> bool:
    return "".join(character for character in name.casefold() if character.isalnum()) in words
