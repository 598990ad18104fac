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


def one_sentence_errors() -> None:
    """Print a `BundleError` that ends the program as its sentence alone, without a traceback; called from configs."""
    show_traceback = sys.excepthook

    def show(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, BundleError):
            cause = cause.__cause__ or cause.__context__
        if isinstance(error, KeyboardInterrupt):
            print("interrupted", file=sys.stderr)
        elif cause is None:
            show_traceback(kind, error, traceback)
        else:
            print(f"error: {cause}", file=sys.stderr)

    sys.excepthook = show
