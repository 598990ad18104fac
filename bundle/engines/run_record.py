# SPDX-License-Identifier: Apache-2.0
"""What a run folder says of how its run was made."""

from __future__ import annotations

import json
import platform
from importlib import metadata
from pathlib import Path

import torch

from bundle.config_record import calling_parser, recorded
from bundle.files import write_text
from bundle.run_folder import CONFIG, ENVIRONMENT

PACKAGES = ("few-shot-dag", "torch", "monai", "pytorch-ignite", "numpy", "pydicom")


def record_run(output_dir: str | Path, device: torch.device) -> None:
    """Write `config.json`, the configuration with every override, and `environment.json`; called from a config.

    Raises:
        BundleError: the folder cannot be written to.
        ConfigurationError: no config called this.
    """
    folder = Path(output_dir)
    write_text(folder / CONFIG, json.dumps(recorded(calling_parser().get()), indent=2) + "\n")
    environment = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else device.type,
        "threads": torch.get_num_threads(),
        **{package: metadata.version(package) for package in PACKAGES if _installed(package)},
    }
    write_text(folder / ENVIRONMENT, json.dumps(environment, indent=2) + "\n")


def _installed(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True
