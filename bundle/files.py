# SPDX-License-Identifier: Apache-2.0
"""Files that are written whole or not at all, for their owner's eyes, and what tells their contents apart."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bundle.errors import BundleError, StorageError

_OF_THE_NAME = {errno.ENAMETOOLONG, errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.EINVAL, errno.EILSEQ}
"""Errors of one file's name; others concern every file of the disk."""


def make_folder(folder: Path) -> None:
    """Make a folder with those above it, readable by their owner alone; folders that exist stay as they are.

    Raises:
        OSError: it cannot be made.
    """
    if os.path.lexists(folder) and not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def write_whole(file: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a temporary file beside `file`, then put it in its place at once.

    Each process has a temporary file of its own, so that of two that write the same file one comes after the other.
    Results show films and name them, so only their owner may read them.

    Raises:
        BundleError: the file cannot have its name; an older `file` is kept.
        StorageError: the folder cannot be written to or the disk is full; an older `file` is kept.
    """
    name = hashlib.sha256(os.fsencode(file.name)).hexdigest()[:16]  # shorter than any name with something behind it
    partial = file.with_name(f".{name}.{os.getpid()}.partial")
    try:
        make_folder(file.parent)
        os.close(os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
        write(partial)
        os.replace(partial, file)
    except (OSError, RuntimeError) as error:  # torch reports a full disk as RuntimeError
        raise _cannot_be_written(file, error) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def write_text(file: Path, text: str) -> None:
    """Write UTF-8 text whole or not at all; see `write_whole`."""
    write_whole(file, lambda partial: partial.write_text(text, encoding="utf-8"))


def sha256_of(file: str | Path) -> str:
    """SHA-256 of a file's content in hexadecimal."""
    with Path(file).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def append_text(file: Path, text: str) -> None:
    """Add UTF-8 text to the end of a file, which is made where there is none, for its owner alone.

    Raises:
        StorageError: the folder cannot be written to or the disk is full; what the file held is kept.
    """
    try:
        make_folder(file.parent)
        descriptor = os.open(file, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        with open(descriptor, "a", encoding="utf-8", newline="") as stream:
            stream.write(text)
    except OSError as error:
        raise _cannot_be_written(file, error) from error


def require_writable(*folders: str | Path) -> None:
    """Make sure, before long work starts, that files can be written to the folders; missing ones are made.

    Raises:
        BundleError: naming the folder that cannot be written to.
    """
    for folder in map(Path, folders):
        try:
            make_folder(folder)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise BundleError(
                f"{folder}: cannot be written to ({error.strerror}); choose a folder you may write to"
            ) from error


def _cannot_be_written(file: Path, error: OSError | RuntimeError) -> BundleError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error).split("\n")[0]
    if isinstance(error, OSError) and error.errno in _OF_THE_NAME:
        return BundleError(f"{file}: cannot be written ({reason}); rename what it is named after")
    return StorageError(
        f"{file}: cannot be written ({reason}); free space there or choose another folder, "
        "what was written before is kept"
    )
