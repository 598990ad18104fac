# SPDX-License-Identifier: Apache-2.0
"""Landmarks in a table of one film a row, or one landmark a row, told by its header; or `id,x0,y0,…` without one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from bundle.dataset.description import Film, Point
from bundle.errors import ConfigurationError, DatasetError
from bundle.importers.annotations import Annotations
from bundle.importers.first_look import FirstLook
from bundle.importers.image_folder import ImageFolder
from bundle.importers.parsing import (
    checked_names,
    first_appearances,
    in_order,
    is_number,
    label,
    point,
    quoted,
    spacing,
)
from bundle.importers.table import Row, decimal_comma, read_table
from bundle.importers.table_columns import Columns, names_the_image, read_header


def recognise(look: FirstLook) -> str | None:
    """Why the source is of this format, or None: a table without header may be anything."""
    try:
        columns = read_header(look.table[0], "") if look.table else None
    except DatasetError:
        return None
    if columns is None or not names_the_image(look.table[0][columns.image]):
        return None
    return "its table has a column of images and columns of x and y"


def read_csv(source: Path, images: Path | None, names: tuple[str, ...] | None) -> Annotations:
    """Read a table of landmarks in pixels of the stored image, (0, 0) the centre of its first pixel.

    The header names the columns; its landmarks are those of the table where they are names. Without a header, the first
    column is the image's id, and x and y alternate. Empty cells and `nan` are missing landmarks.

    Args:
        source: The file, or a folder with a `landmarks.csv`.
        images: Folder of the images; by default that of the file.
        names: Names of the landmarks, in order; of a table that names the same ones, the order that they shall have.

    Raises:
        DatasetError: naming the file and line of a malformed row, or an image that is missing.
    """
    file = source / "landmarks.csv" if source.is_dir() else source
    rows = read_table(file)
    first, width = rows[0], len(rows[0].cells)
    if all(is_number(cell) or is_number(cell.replace(",", ".", 1)) for cell in first.cells[1:]):
        columns = _without_header(first)
    else:
        width = max(column for column, cell in enumerate(first.cells, start=1) if cell)
        columns, rows = read_header(first.cells[:width], first.where), rows[1:]
    if columns.passed_over:
        print(f"{file}: passed over the columns {', '.join(map(quoted, columns.passed_over))}", file=sys.stderr)
    rows = _with_points(_of_width(rows, width), columns, str(file))
    if not rows:
        raise DatasetError(f"{file}: has no row with landmarks; write rows of image,spacing_mm,x1,y1,… or id,x0,y0,…")
    folder = ImageFolder(images or file.parent)
    if columns.landmark is not None:
        landmarks, films = _films_of_points(file, rows, columns, columns.landmark, folder, names)
    else:
        landmarks, films = _films(file, rows, columns, folder, names)
    return Annotations(folder.folder, landmarks, films, unit=columns.unit)


def _without_header(row: Row) -> Columns:
    """Columns of an id and alternating x and y."""
    count, left = divmod(len(row.cells) - 1, 2)
    if left or not count:
        raise DatasetError(
            f"{row.where}: has {len(row.cells) - 1} coordinates, not pairs of x and y; add the one that lacks, "
            "or a header that names the columns"
        )
    return Columns(0, {f"landmark {index + 1}": (1 + 2 * index, 2 + 2 * index) for index in range(count)})


def _of_width(rows: Sequence[Row], width: int) -> list[Row]:
    """Rows with a cell for each column, and none but blank ones after them, as spreadsheets leave them."""
    for row in rows:
        if len(row.cells) < width or any(row.cells[width:]):
            raise DatasetError(
                f"{row.where}: has {len(row.cells)} cells where the first row has {width}; "
                "write every column, with empty cells for a missing point"
            )
    return list(rows)


def _with_points(rows: list[Row], columns: Columns, file: str) -> list[Row]:
    """Rows whose numbers have a decimal point."""
    if not decimal_comma((row.cells[column] for row in rows for column in columns.numbers), file):
        return rows
    changed = set(columns.numbers)
    return [
        row._replace(
            cells=[cell.replace(",", ".") if column in changed else cell for column, cell in enumerate(row.cells)]
        )
        for row in rows
    ]


def _films(
    file: Path, rows: list[Row], columns: Columns, folder: ImageFolder, names: tuple[str, ...] | None
) -> tuple[tuple[str, ...], tuple[Film, ...]]:
    """Films of a table of one film a row."""
    landmarks = _named(tuple(columns.points), names, str(file))
    films: dict[Path, Film] = {}
    for row in rows:
        image = folder.find(row.cells[columns.image], row.where)
        if image in films:
            raise DatasetError(f"{row.where}: is a second row of {image}; keep one, or name the column of landmarks")
        named = {
            name: point(row.cells[x], row.cells[y], row.where)
            for name, (x, y) in zip(columns.points, columns.points.values(), strict=True)
        }
        order = names if names and set(names) == set(columns.points) else tuple(columns.points)
        films[image] = Film(image, tuple(named[name] for name in order), _spacing(row, columns))
    return landmarks, tuple(films.values())


def _named(own: tuple[str, ...], names: tuple[str, ...] | None, where: str) -> tuple[str, ...]:
    """The landmark names: those given, or the table's own."""
    if names is None or set(names) == set(own):
        return names or own
    if shared := {name.casefold() for name in names} & {name.casefold() for name in own}:
        raise ConfigurationError(
            f"{where}: its columns name {min(shared)!r} and other landmarks than --landmark_names; give all of its "
            f"names, {', '.join(own)}, or none of them"
        )
    return checked_names(names, len(own), where)


def _films_of_points(
    file: Path, rows: list[Row], columns: Columns, landmark: int, folder: ImageFolder, names: tuple[str, ...] | None
) -> tuple[tuple[str, ...], tuple[Film, ...]]:
    """Films of a table of one landmark a row."""
    ((x, y),) = columns.points.values()
    points: dict[Path, dict[str, Point]] = {}
    sizes: dict[Path, tuple[float, float] | None] = {}
    seen: dict[tuple[Path, str], None] = {}
    for row in rows:
        image, name = folder.find(row.cells[columns.image], row.where), label(row.cells[landmark])
        if not name or (image, name) in seen:
            raise DatasetError(f"{row.where}: is of the landmark {quoted(name)} again; name each of a film once")
        seen[image, name] = None
        place, size = point(row.cells[x], row.cells[y], row.where), _spacing(row, columns)
        if sizes.setdefault(image, size) != size:
            raise DatasetError(f"{row.where}: the spacing is not that of the film's other rows; correct one of them")
        points.setdefault(image, {})
        if place is not None:
            points[image][name] = place
    landmarks = names or first_appearances((name for _, name in seen), str(file))
    films = [Film(image, in_order(named, landmarks, str(file)), sizes[image]) for image, named in points.items()]
    return landmarks, tuple(films)


def _spacing(row: Row, columns: Columns) -> tuple[float, float] | None:
    sizes = [spacing(row.cells[column], row.where) for column in columns.spacing]
    known = [size for size in sizes if size is not None]
    return (known[0][0], known[-1][1]) if known and len(known) == len(sizes) else None
