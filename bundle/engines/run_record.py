# SPDX-License-Identifier: Apache-2.0
"""What a run folder says of how its run was made."""

from __future__ import annotations

import inspect
import json
import platform
from importlib import metadata
from pathlib import Path

import torch
from monai.bundle import ConfigParser

from bundle.errors import ConfigurationError
from bundle.files import write_text

PACKAGES = ("few-shot-dag", "torch", "monai", "pytorch-ignite", "numpy", "pydicom")


def record_run(output_dir: str | Path, device: torch.device) -> None:
    """Write `config.json`, the configuration with every override, and `environment.json`; called from a config.

    Raises:
        BundleError: the folder cannot be written to.
        ConfigurationError: no config called this.
    """
    folder = Path(output_dir)
    write_text(folder / "config.json", json.dumps(_calling_config(), indent=2, default=str) + "\n")
    environment = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else device.type,
        "threads": torch.get_num_threads(),
        **{package: metadata.version(package) for package in PACKAGES if _installed(package)},
    }
    write_text(folder / "environment.json", json.dumps(environment, indent=2) + "\n")


def _calling_config() -> dict:
    """The configuration of the parser that evaluates the calling expression: MONAI hands it to no expression."""
    frame = inspect.currentframe()
    while frame is not None:
        caller = frame.f_locals.get("self")
        if isinstance(caller, ConfigParser):
            return caller.get()
        frame = frame.f_back
    raise ConfigurationError("record_run: is called from a bundle config, as in configs/train.json")


def _installed(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True
