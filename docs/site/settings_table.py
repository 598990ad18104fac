# SPDX-License-Identifier: Apache-2.0
"""The settings that a command line can give, read from the configs: names, values, and the comments above them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from markdown_parts import table
from monai.bundle import ConfigParser

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
STAGE_1 = {"paper": "train.json", "cpu": "small.yaml", "one film": "one_film.yaml", "spine": "sites/spine.yaml"}
STAGES = {
    "Training, stage 2": "few_shot.yaml",
    "Warm-up": "warm_up.yaml",
    "Warm-up of windows": "warm_up_windows.yaml",
    "Windows": "windows.yaml",
    "Graph of repeated parts": "parts.yaml",
    "Inference": "inference.json",
    "Evaluation": "evaluate.yaml",
    "Calibration": "calibrate.yaml",
}
"""Config files by what they set: stage 1 by preset, the others by their title."""

_COMMENT = "_comment_"
_MACHINERY = re.compile(r"\bbundle\.|@\w+[.\[#]")  # a value that names code, or a part of another value, is no setting
_NOT_ASKED_FOR = {"imports", "bundle_root", "run", "initialize", "num_landmarks"}
_SETTING = re.compile(r"(?P<name>\w+):.*?(?:\s+# (?P<note>.*))?$")
_BELOW_ROOT = re.compile(r"bundle_root \+ '/([\w/.]+)'")


class Group(NamedTuple):
    """Settings that belong together.

    Attributes:
        comment: what stands above them.
        values: by name.
        notes: what stands beside them, by name.
    """

    comment: str
    values: dict[str, Any]
    notes: dict[str, str]


def settings(config: str) -> list[Group]:
    """The settings of one config file in its order.

    Args:
        config: path below `configs/`, such as `methods/multi_view.yaml`.

    Returns:
        Groups of settings below a comment; a group without any is left out.
    """
    file = CONFIGS / config
    content = ConfigParser.load_config_file(str(file))
    groups = _of_yaml(file, content) if file.suffix == ".yaml" else _of_json(content)
    return [group for group in groups if group.values]


def _of_json(content: dict[str, Any]) -> list[Group]:
    groups = [Group("", {}, {})]
    for name, value in content.items():
        if name.startswith(_COMMENT) and name != _COMMENT:
            groups.append(Group(value, {}, {}))
        elif _is_setting(name, value):
            groups[-1].values[name] = value
    return groups


def _of_yaml(file: Path, content: dict[str, Any]) -> list[Group]:
    """Comments are not part of the content: those above settings and those beside them are read from the text."""
    groups = [Group("", {}, {})]
    for block in file.read_text().split("\n\n"):
        lines = block.splitlines()
        above = " ".join(line[2:] for line in lines if line.startswith("# "))
        groups.append(Group("" if above.startswith("Overlay") else above, {}, {}))
        for line in lines:
            if (named := _SETTING.match(line)) and _is_setting(named["name"], content[named["name"]]):
                groups[-1].values[named["name"]] = content[named["name"]]
                groups[-1].notes[named["name"]] = named["note"] or ""
    return groups


def stage_settings() -> str:
    """Tables of stage 1 with its presets beside each other, and of all that is laid over it."""
    overlays = {name: _flat(config) for name, config in list(STAGE_1.items())[1:]}
    parts = ["## Training, stage 1", _source(*STAGE_1.values())]
    for group in settings("train.json"):
        changing = {name: overlay for name, overlay in overlays.items() if overlay.keys() & group.values.keys()}
        rows = [
            [f"`{name}`", _shown(value), *(_shown_of(overlay, name) for overlay in changing.values())]
            for name, value in group.values.items()
        ]
        parts += [group.comment, table(["setting", "paper", *changing], rows)]
    for title, config in STAGES.items():
        parts += [f"## {title}", _source(config)]
        for group in settings(config):
            notes = ["meaning"] if any(group.notes.values()) else []
            rows = [
                [f"`{name}`", _shown(value), *(group.notes[name] for _ in notes)]
                for name, value in group.values.items()
            ]
            parts += [group.comment, table(["setting", "value", *notes], rows)]
    return "\n\n".join(part for part in parts if part)


def method_settings() -> str:
    """One table: what each method of stage 2 changes."""
    files = sorted((CONFIGS / "methods").glob("*.yaml"))
    rows = [
        [f"`{file.stem}`", "<br>".join(f"`{name}` {_shown(value)}" for name, value in changed.items())]
        for file in files
        for changed in [_flat(f"methods/{file.name}")]
    ]
    return table(["method", "sets"], rows)


def _flat(config: str) -> dict[str, Any]:
    return {name: value for group in settings(config) for name, value in group.values.items()}


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
