# SPDX-License-Identifier: Apache-2.0
"""A lock that one process at a time holds on a folder, and the system frees when it ends, however that comes about."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout

from bundle.errors import BundleError, ConfigurationError


def acquire(lock: FileLock, work: str, instead: str, option: str) -> None:
    """Take a lock on the folder that its file lies in, or refuse at once.

    Args:
        lock: of a file in the folder.
        work: what is done in it, such as "training".
        instead: what else to do than to wait.
        option: that names the folder.

    Raises:
        ConfigurationError: another process holds it.
        BundleError: the folder cannot be locked.
    """
    folder = Path(lock.lock_file).parent
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ConfigurationError(
            f"{folder}: another {work} works in this folder; wait for its end, or {instead}"
        ) from None
    except (OSError, NotImplementedError) as error:
        raise BundleError(
            f"{folder}: cannot be locked ({error}), so that another {work} could write to it as well; "
            f"give an {option} on another disk"
        ) from error
