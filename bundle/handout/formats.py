# SPDX-License-Identifier: Apache-2.0
"""The formats in which films are handed out, by the names under which `python -m bundle import` takes them back."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

from bundle.handed_out import HandedOut

_WRITERS = {
    "slicer": "slicer:write_slicer",
    "labelme": "labelme:write_labelme",
    "coco": "coco:write_coco",
    "label-studio": "label_studio:write_label_studio",
}

FORMATS = tuple(_WRITERS)


def writer(form: str) -> Callable[[Path, HandedOut], str]:
    """What writes a format into the folder of the pictures and says how it is opened, imported when it is needed."""
    module, function = _WRITERS[form].split(":")
    found: Callable[[Path, HandedOut], str] = getattr(importlib.import_module(f"bundle.handout.{module}"), function)
    return found
