# SPDX-License-Identifier: Apache-2.0
"""Whatever one film leads its readers to is that film's refusal, a sentence that names it, and ends nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bundle.errors import RadiographError, StorageError, bundle_error


@contextmanager
def refused_by_name(name: str, what: str = "it cannot be read as a radiograph") -> Iterator[None]:
    """Turn what is raised while one film is read, prepared or answered into its refusal.

    An unexpected error is named by its kind alone: its text may quote a damaged element, and so the patient. A full
    disk is no film's fault and stays what it is.

    Args:
        name: The film's file name, with subfolders.
        what: What to say of an unexpected error.

    Raises:
        RadiographError: naming the film.
        StorageError: as it was raised.
    """
    try:
        yield
    except Exception as error:  # held by no name here, which would keep the film's pixels in memory
        if isinstance(bundle_error(error), StorageError):
            raise
        raise RadiographError(f"{printable(name)}: {_reason(error, Path(name).name, what)}") from error


def _reason(error: Exception, file_name: str, what: str) -> str:
    known = bundle_error(error)
    return _unexpected(error, what) if known is None else str(known).removeprefix(f"{file_name}: ")


def _unexpected(error: BaseException, what: str) -> str:
    """Say what a film led to, by which kind of error, and what to do."""
    while error.__cause__ is not None:  # MONAI wraps what a transform raises
        error = error.__cause__
    if isinstance(error, MemoryError):
        return "there is not enough memory for it; save it at a smaller size"
    return f"{what} ({type(error).__name__}); export the film again from its source"


def printable(name: str) -> str:
    """A file name as a message can hold it: bytes that are no UTF-8, and control characters, as escapes."""
    return name.encode("utf-8", "backslashreplace").decode().translate(_CONTROLS)


_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}
