# SPDX-License-Identifier: Apache-2.0
"""Which cores a process may use."""

from __future__ import annotations

import os


def cores_of(process: int = 0) -> set[int]:
    """Cores that a process may use: a scheduler may have given it some of the machine's alone.

    Args:
        process: its number; 0 for this one.

    Returns:
        Their numbers; of all there are, where the system does not tell.
    """
    try:
        return set(os.sched_getaffinity(process))
    except (AttributeError, OSError):
        return set(range(os.cpu_count() or 1))
