# SPDX-License-Identifier: Apache-2.0
"""The settings that a command line can give, read from the configs: names, values, and the comments above them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from markdown_parts import table

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
_COMMENT = "_comment_"
_MACHINERY = re.compile(r"\bbundle\.|@\w+[.\[#]")  # a value that names code, or a part of another value, is no setting
_NOT_ASKED_FOR = {"imports", "bundle_root", "run", "initialize", "other_name"}
_BELOW_ROOT = re.compile(r"bundle_root \+ '/([\w/.]+)'")


def settings(config: str) -> list[tuple[str, dict[str, Any]]]:
    """The settings of one config file in its order.

    Args:
        config: path below `configs/`, such as `methods/multi_view.json`.

    Returns:
        (comment, name to value) of each group of settings; a group without any is left out.
    """
    groups: list[tuple[str, dict[str, Any]]] = [("", {})]
    for name, value in json.loads((CONFIGS / config).read_text()).items():
        if name == _COMMENT:
            continue
        if name.startswith(_COMMENT):
            groups.append((value, {}))
        elif _is_setting(name, value):
            groups[-1][1][name] = value
    return [group for group in groups if group[1]]


def stage_settings() -> str:
    """Tables of stage 1 with its presets beside each other, and of all that is laid over it."""
    presets = {"paper": "train.json", "cpu": "small.json", "one film": "one_film.json", "spine": "sites/spine.json"}
    overlays = {name: _flat(config) for name, config in list(presets.items())[1:]}
    parts = ["## Training, stage 1", _source(*presets.values())]
    for comment, group in settings("train.json"):
        changing = {name: overlay for name, overlay in overlays.items() if overlay.keys() & group.keys()}
        rows = [
            [f"`{name}`", _shown(value), *(_shown_of(overlay, name) for overlay in changing.values())]
            for name, value in group.items()
        ]
        parts += [comment, table(["setting", "paper", *changing], rows)]
    for title, config in {
        "Training, stage 2": "few_shot.json",
        "Warm-up": "warm_up.json",
        "Inference": "inference.json",
        "Evaluation": "evaluate.json",
        "Calibration": "calibrate.json",
    }.items():
        parts += [f"## {title}", _source(config)]
        for comment, group in settings(config):
            rows = [[f"`{name}`", _shown(value)] for name, value in group.items()]
            parts += [comment, table(["setting", "value"], rows)]
    return "\n\n".join(part for part in parts if part)


def method_settings() -> str:
    """One table: what each method of stage 2 changes."""
    files = sorted((CONFIGS / "methods").glob("*.json"))
    rows = [
        [f"`{file.stem}`", "<br>".join(f"`{name}` {_shown(value)}" for name, value in changed.items())]
        for file in files
        for changed in [_flat(f"methods/{file.name}")]
    ]
    return table(["method", "sets"], rows)


def _flat(config: str) -> dict[str, Any]:
    return {name: value for _, group in settings(config) for name, value in group.items()}


def _is_setting(name: str, value: Any) -> bool:
    if name in _NOT_ASKED_FOR or "#" in name or name.startswith("+"):
        return False
    if isinstance(value, str):
        return not _MACHINERY.search(value)
    if isinstance(value, list):
        return not any(isinstance(item, dict) or str(item).startswith("$") for item in value)
    return not isinstance(value, dict)


def _source(*configs: str) -> str:
    return "From " + ", ".join(f"`configs/{config}`" for config in configs) + "."


def _shown_of(overlay: dict[str, Any], name: str) -> str:
    return _shown(overlay[name]) if name in overlay else ""


def _shown(value: Any) -> str:
    """As JSON has it; an expression without the marks that MONAI's parser needs, a path from the bundle's folder on."""
    text = value if isinstance(value, str) else json.dumps(value)
    if text.startswith("$"):
        text = _BELOW_ROOT.sub(r"\1", text[1:].replace("@", ""))
    return f"`{text}`".replace("|", "\\|")
