# SPDX-License-Identifier: Apache-2.0
"""Annotations of any format as points of the stored images: what every format goes through after it was read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bundle.errors import BundleError, DatasetError
from bundle.importers.annotations import Annotations
from bundle.importers.formats import Format
from bundle.importers.readable import require_readable
from bundle.importers.readers import mean_of_readers
from bundle.importers.statement import Statement, in_pixels
from bundle.importers.stored_images import on_stored_images


def read_annotations(
    form: Format,
    sources: Sequence[Path],
    images: Path | None,
    names: tuple[str, ...] | None,
    statement: Statement,
) -> Annotations:
    """Read one or more readers' annotations of the same films, and take their mean.

    Args:
        form: The format of all sources.
        sources: What the format's reader takes.
        images: Folder of the images; by default beside a source.
        names: Names of the landmarks in order; by default those of the source.
        statement: What the user says of the numbers.

    Returns:
        Annotations whose points are pixels of the stored images.

    Raises:
        BundleError: the annotations cannot be read, or are of other images.
    """
    readers = [_read(form, source, images, names) for source in sources]
    require_readable({reader.folder / film.image for reader in readers for film in reader.films if film.labelled})
    return mean_of_readers([on_stored_images(in_pixels(reader, statement)) for reader in readers])


def _read(form: Format, source: Path, images: Path | None, names: tuple[str, ...] | None) -> Annotations:
    try:
        return form.load()(source, images, names)
    except BundleError:
        raise
    except Exception as error:  # of a file such as no reader foresees
        reason = f"{type(error).__name__}: {ascii(str(error))[1:121]}"
        raise DatasetError(f"{source}: cannot be read as a {form.source} ({reason}); export it again") from error
