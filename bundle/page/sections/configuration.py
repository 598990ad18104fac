# SPDX-License-Identifier: Apache-2.0
"""The section on the settings of a run."""

from __future__ import annotations

import json
from pathlib import Path, PurePath
from typing import Any

from bundle.run_folder import CONFIG, read_json

_LINE = 110


def configuration_section(run: Path) -> str:
    """Return the settings of a run as text, without what is the same in every run of this bundle.

    Folders are named by their last part: a page that is passed on names no folder of a machine.

    Raises:
        BundleError: the file cannot be read.
    """
    settings = read_json(run / CONFIG)
    settings.pop("_meta_", None)
    return _text(_without_folders(settings))


def _without_folders(setting: Any) -> Any:
    if isinstance(setting, dict):
        return {name: _without_folders(value) for name, value in setting.items()}
    if isinstance(setting, list):
        return [_without_folders(value) for value in setting]
    if isinstance(setting, str) and PurePath(setting).is_absolute():
        return PurePath(setting).name
    return setting


def _text(setting: Any, indent: str = "") -> str:
    """Return JSON in which a list or an object takes one line where it fits."""
    line = json.dumps(setting, ensure_ascii=False)
    if not isinstance(setting, (dict, list)) or len(indent + line) <= _LINE:
        return line
    inner = indent + "  "
    if isinstance(setting, dict):
        parts = [f"{json.dumps(name, ensure_ascii=False)}: {_text(value, inner)}" for name, value in setting.items()]
    else:
        parts = [_text(value, inner) for value in setting]
    opening, closing = "{}" if isinstance(setting, dict) else "[]"
    return opening + ",".join(f"\n{inner}{part}" for part in parts) + f"\n{indent}{closing}"
