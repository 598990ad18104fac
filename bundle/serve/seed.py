# SPDX-License-Identifier: Apache-2.0
"""The secret from which pseudonyms follow: who has it can tell whether a film in a research archive is a patient's."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

from bundle.errors import ConfigurationError

_LEAST = 32
"""Characters; in hexadecimal that many hold 128 bits."""
_REMEDY = "make one by (umask 077; openssl rand -hex 32 > FILE), as the user that runs the worker"


def read_seed(file: Path) -> str:
    """Read a seed from the first line of a file.

    Raises:
        ConfigurationError: it cannot be read, others than its owner may read it, or it is easily guessed.
    """
    try:
        status = file.stat()
        written = file.read_text(encoding="utf-8").split("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ConfigurationError(f"{file} cannot be read ({reason}); {_REMEDY}") from error
    if status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) & 0o077:
        raise ConfigurationError(f"{file} is not its user's alone; chown it to who runs the worker, and chmod 600 it")
    if len(written) < _LEAST:
        raise ConfigurationError(f"{file} holds less than {_LEAST} characters, which can be guessed; {_REMEDY}")
    return written


def mark_of(seed: str) -> str:
    """By what a seed is told from others without being known: 8 hexadecimal digits."""
    return hashlib.sha256(f"mark of {seed}".encode()).hexdigest()[:8]
