# SPDX-License-Identifier: Apache-2.0
"""Telling the format of annotations by their content."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bundle.errors import DatasetError
from bundle.importers.first_look import FirstLook
from bundle.importers.formats import ANNOTATION_FORMATS


def recognised(sources: Sequence[Path]) -> tuple[str, str]:
    """Tell the format of annotation files or folders where it is certain.

    Returns:
        The name of the format that all sources have, and why the last is taken for it.

    Raises:
        DatasetError: a source does not exist, could be of several formats or of none, or they have different ones.
    """
    found = [_recognised(source) for source in sources]
    names = {name for name, _ in found}
    if len(names) > 1:
        raise DatasetError(f"the sources are {' and '.join(sorted(names))}; import those of one format at a time")
    return found[-1]


def _recognised(source: Path) -> tuple[str, str]:
    if not source.exists():
        raise DatasetError(f"{source}: does not exist; give the path of the annotations")
    look = FirstLook(source)
    reasons = {name: reason for name, form in ANNOTATION_FORMATS.items() if (reason := form.recognise(look))}
    if len(reasons) == 1:
        return next(iter(reasons.items()))
    if reasons:
        listed = "; ".join(f"{name}, since {reason}" for name, reason in reasons.items())
        raise DatasetError(f"{source}: could be {listed}; name the format instead of auto")
    possible = [name for name, form in ANNOTATION_FORMATS.items() if look.named(*form.suffixes)]
    hint = f"by the names of its files it could be {', '.join(possible)}" if possible else "none of its files fits"
    raise DatasetError(f"{source}: is certainly of no known format ({hint}); name the format instead of auto")
