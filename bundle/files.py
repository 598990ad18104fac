# SPDX-License-Identifier: Apache-2.0
"""Files that are written whole or not at all, and what tells their contents apart."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bundle.errors import BundleError


def write_whole(file: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a temporary file beside `file`, then put it in its place at once.

    Each process has a temporary file of its own, so that of two that write the same file one comes after the other.

    Raises:
        BundleError: the folder cannot be written to or the disk is full; an older `file` is kept.
    """
    partial = file.with_name(f".{file.name}.{os.getpid()}.partial")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
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
    """Add UTF-8 text to the end of a file, which is made where there is none.

    Raises:
        BundleError: the folder cannot be written to or the disk is full; what the file held is kept.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8", newline="") as stream:
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
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise BundleError(
                f"{folder}: cannot be written to ({error.strerror}); choose a folder you may write to"
            ) from error


def _cannot_be_written(file: Path, error: OSError | RuntimeError) -> BundleError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error).split("\n")[0]
    return BundleError(
        f"{file}: cannot be written ({reason}); free space there or choose another folder, "
        "what was written before is kept"
    )
