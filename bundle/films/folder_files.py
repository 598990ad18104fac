# SPDX-License-Identifier: Apache-2.0
"""Every file of a folder and its subfolders, and by name what of them cannot be looked into."""

from __future__ import annotations

import os
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
    """List the files below a folder; what macOS, Windows and storage systems leave among files is passed over.

    A link to a file is that file. A link to a folder below the same folder is passed over, since its files are found
    where they are, so that a circle of links ends; one to another folder is not followed, but named.
    """
    found = FolderFiles([], {})
    root = os.path.realpath(folder)
    open_folders = [folder]
    while open_folders:
        _look_into(open_folders.pop(), root, found, open_folders)
    found.files.sort()
    return found


def _look_into(folder: Path, root: str, found: FolderFiles, subfolders: list[Path]) -> None:
    try:
        entries = list(os.scandir(folder))
    except OSError as error:
        found.closed[folder] = f"the folder cannot be opened ({error.strerror}); give the right to read it"
        return
    for entry in entries:
        path = folder / entry.name
        if entry.is_dir(follow_symlinks=False):
            if entry.name.lower() not in _LITTER_FOLDERS:
                subfolders.append(path)
        elif entry.name.startswith(_APPLE_DOUBLE) or entry.name.lower() in _LITTER_FILES:
            continue
        elif os.path.isdir(path):
            target = Path(os.path.realpath(path))
            if not target.is_relative_to(root):
                found.closed[path] = "a link to another folder is not followed; give that folder itself"
        elif entry.is_symlink() and not os.path.exists(path):
            found.closed[path] = f"the link leads to no file ({printable(os.readlink(path))}); mend or remove it"
        elif os.path.isfile(path):
            found.files.append(path)
        else:
            found.closed[path] = "it is no file but a pipe, socket or device; remove it from the folder"
