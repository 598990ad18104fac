# SPDX-License-Identifier: Apache-2.0
"""Every file of a folder and its subfolders, and by name what of them cannot be looked into."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bundle.films.refusal import printable

_LITTER_FILES = {".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini"}
_LITTER_FOLDERS = {"__macosx", ".appledouble", "@eadir", ".spotlight-v100", ".trashes", "$recycle.bin"}
_APPLE_DOUBLE = "._"


class FolderFiles(NamedTuple):
    """What a folder holds.

    Attributes:
        files: Its files, in name order.
        closed: What cannot be looked into, and the sentence about it.
    """

    files: list[Path]
    closed: dict[Path, str]


def folder_files(folder: Path) -> FolderFiles:
    """List the files below a folder in name order, see `stream_files`."""
    found = FolderFiles([], {})
    for path, closed in stream_files(folder):
        if closed is None:
            found.files.append(path)
        else:
            found.closed[path] = closed
    found.files.sort()
    return found


def stream_files(folder: Path) -> Iterator[tuple[Path, str | None]]:
    """Yield the files below a folder as they are found; what macOS, Windows and storage systems leave is passed over.

    A link to a file is that file. A link to a folder below the same folder is passed over, since its files are found
    where they are, so that a circle of links ends; one to another folder is not followed, but named.

    Yields:
        A file and None, or what cannot be looked into and the sentence about it.
    """
    root = os.path.realpath(folder)
    open_folders = [folder]
    while open_folders:
        yield from _look_into(open_folders.pop(), root, open_folders)


def _look_into(folder: Path, root: str, subfolders: list[Path]) -> Iterator[tuple[Path, str | None]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                yield from _looked_at(entry, folder / entry.name, root, subfolders)
    except OSError as error:
        yield folder, f"the folder cannot be opened ({error.strerror}); give the right to read it"


def _looked_at(
    entry: os.DirEntry[str], path: Path, root: str, subfolders: list[Path]
) -> Iterator[tuple[Path, str | None]]:
    if entry.is_dir(follow_symlinks=False):
        if entry.name.lower() not in _LITTER_FOLDERS:
            subfolders.append(path)
    elif entry.name.startswith(_APPLE_DOUBLE) or entry.name.lower() in _LITTER_FILES:
        return
    elif entry.is_file(follow_symlinks=False):  # known from the listing: no film is asked for itself
        yield path, None
    elif os.path.isdir(path):
        target = Path(os.path.realpath(path))
        if not target.is_relative_to(root):
            yield path, "a link to another folder is not followed; give that folder itself"
    elif entry.is_symlink() and not os.path.exists(path):
        yield path, f"the link leads to no file ({printable(os.readlink(path))}); mend or remove it"
    elif os.path.isfile(path):
        yield path, None
    else:
        yield path, "it is no file but a pipe, socket or device; remove it from the folder"
