# SPDX-License-Identifier: Apache-2.0
"""Errors a user can act on: each message is one sentence naming the file, the field and the remedy."""

from __future__ import annotations

import sys
from types import TracebackType


class BundleError(Exception):
    """Base of every error this bundle raises for bad input; its message is meant to be read by the user as it is."""


class DatasetError(BundleError):
    """A `dataset.json`, or a file that an importer reads, cannot be used."""


class RadiographError(BundleError):
    """An image file cannot be used as a radiograph."""


class CheckpointError(BundleError):
    """A weights or checkpoint file cannot be used."""


class ConfigurationError(BundleError):
    """A setting of a workflow contradicts the data or another setting."""


class StorageError(BundleError):
    """A disk takes no more: full, without rights, read-only or broken, whatever the file is."""


def bundle_error(error: BaseException | None) -> BundleError | None:
    """Find the `BundleError` that an error is, or was caused by, or was raised in handling; None where there is none.

    MONAI and Ignite wrap what a transform or a handler raises.
    """
    while error is not None and not isinstance(error, BundleError):
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return error


def one_sentence_errors() -> None:
    """Print a `BundleError` that ends the program as its sentence alone, without a traceback; called from configs."""
    show_traceback = sys.excepthook

    def show(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        if isinstance(error, KeyboardInterrupt):
            print("interrupted", file=sys.stderr)
        elif (known := bundle_error(error)) is not None:
            print(f"error: {known}", file=sys.stderr)
        else:
            show_traceback(kind, error, traceback)

    sys.excepthook = show
