# SPDX-License-Identifier: Apache-2.0
"""Cells that are there already were trained with the settings that are asked for now, on the same data set."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from fire.parser import DefaultParseValue
from monai.bundle import ConfigParser

from bundle.comparison.cells import Cell, Plan
from bundle.config_record import first_difference, flat, recorded
from bundle.dataset.description import FILE_NAME as DATASET_FILE
from bundle.errors import ConfigurationError
from bundle.files import write_text
from bundle.run_folder import COMPARISON, CONFIG, has_checkpoint
from bundle.settings import declared

NOT_COMPARED = {
    *("bundle_root", "dataset_dir", "output_dir", "cache_dir", "model_file", "stage1", "warm_up"),
    *("resume", "device", "num_workers", "_meta_"),
}
"""Settings on which no figure depends."""

_OPTIONS = {"shots": "--shots", "draw": "--draw", "initial_weights": "--warm_start"}
"""What a person types for a setting that the comparison itself sets."""


def require_same_data_set(plan: Plan) -> None:
    """Note the data set in the folder of a new comparison; compare it with that of an older one.

    Raises:
        ConfigurationError: the comparison is of other films or landmarks.
        BundleError: the folder cannot be written to.
    """
    record = plan.out / COMPARISON
    content = (plan.dataset_dir / DATASET_FILE).read_bytes()
    now = hashlib.sha256(content).hexdigest()
    if not record.exists():
        write_text(record, json.dumps({"dataset_json_sha256": now}) + "\n")
    elif json.loads(record.read_text(encoding="utf-8"))["dataset_json_sha256"] != now:
        raise ConfigurationError(
            f"{plan.out}: holds a comparison on another data set, or {plan.dataset_dir / DATASET_FILE} was "
            "changed since; give another --out"
        )


def require_same_settings(cell: Cell) -> None:
    """Compare the `config.json` of a cell that was begun with what a new training would be given, paths apart.

    Raises:
        ConfigurationError: naming the cell, the setting, its value then and now.
    """
    asked = asked_settings(cell)
    file = cell.folder / CONFIG
    begun = cell.marker.exists() or has_checkpoint(cell.folder)
    if not begun or not file.exists():
        return
    if changed := first_difference(_compared(_read(file)), _compared(asked)):
        name, then, now = changed
        raise ConfigurationError(
            f"{cell.folder}: was trained with {_OPTIONS.get(name, name)} {then}, now it is {now}; "
            "ask for the same settings, give another --out, or delete that folder"
        )


def asked_settings(cell: Cell) -> dict[str, Any]:
    """The configuration as MONAI's command line would make it, in the form in which a run records it.

    Raises:
        ConfigurationError: a setting is of another type or out of its range, or refers to what is not there.
    """
    typed = {name: str(value) for name, value in cell.settings().items()}
    parser = ConfigParser()
    parser.read_config([str(file) for file in cell.configs])
    parser.update({name: DefaultParseValue(value) for name, value in typed.items()})
    try:
        parser.parse(reset=True)
    except KeyError as error:
        raise ConfigurationError(
            f"{cell}: a setting or config file refers to what no config holds ({error.args[0]}); correct what begins "
            "with % or @ in it"
        ) from error
    parser.update(declared(parser.get(), [f"--{name}={value}" for name, value in typed.items()]))
    return recorded(parser.get())


def _compared(config: dict[str, Any]) -> dict[str, Any]:
    """What figures depend on; of weights to begin with whether there are any, since folders may be moved."""
    return flat({**config, "initial_weights": config.get("initial_weights") is not None}, NOT_COMPARED)


def _read(file: Path) -> dict[str, Any]:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{file}: cannot be read; delete the folder to train it again") from error
