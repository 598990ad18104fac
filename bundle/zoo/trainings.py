# SPDX-License-Identifier: Apache-2.0
"""The trainings that a model came from, and their configurations without the places of the machine they ran on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bundle.engines.model_card import SHA256
from bundle.errors import BundleError
from bundle.run_folder import ACCEPTED, BEST, CONFIG, card_file, read_json
from bundle.workflow import ROOT

EARLIER = ("stage1", "warm_up")
"""Settings that name the folder of a training which another one goes on from."""

PUBLISHED = ("pretrained_backbone", "features")
"""Settings that name a file of weights which somebody else has published; it is not shared, and its name stays."""

INITIAL_WEIGHTS = "initial_weights"
"""Setting that names weights of an earlier training, on fewer labels; they are not shared."""

DEVICE = "$torch.device('cuda' if torch.cuda.is_available() else 'cpu')"


def training_of(run: Path, sha256: str) -> Path:
    """The folder of the training that made some weights.

    Args:
        run: output_dir of a training, or the folder of `bundle train` around it.
        sha256: of the weights.

    Raises:
        BundleError: there is none, or the one it goes on from is missing.
    """
    for folder in (run, *sorted(run.iterdir())):
        if not (folder / CONFIG).is_file() or not card_file(folder / BEST).is_file():
            continue
        if (card := read_json(card_file(folder / BEST))).get(SHA256) == sha256:
            # weights that were not accepted are those that their training began with
            return _earlier(folder, EARLIER[0]) if card.get(ACCEPTED) is False else folder
    raise BundleError(
        f"{run}: has no training that made its weights (one with {CONFIG} and {BEST}); give the folder of a training, "
        "or that of bundle train, as it was left"
    )


def training_configs(training: Path) -> dict[str, dict[str, Any]]:
    """Configurations of a training and of those it goes on from, in the order to run them, by the names of folders.

    Raises:
        BundleError: a folder is missing or its configuration cannot be read.
    """
    config = read_json(training / CONFIG)
    configs: dict[str, dict[str, Any]] = {}
    for setting in reversed(EARLIER):
        if setting in config:
            configs |= training_configs(_earlier(training, setting))
    return configs | {training.resolve().name: _without_places(config, training.resolve().name)}


def named_folder(training: Path, setting: str) -> Path:
    """The folder that a setting of a training names.

    Raises:
        BundleError: the configuration of the training cannot be read.
    """
    return _place(read_json(training / CONFIG), setting)


def _earlier(training: Path, setting: str) -> Path:
    """The folder that a training names as one it goes on from, where it was or beside the training."""
    named = named_folder(training, setting)
    for folder in (training.resolve().parent / named.name, named):
        if (folder / CONFIG).is_file():
            return folder
    raise BundleError(
        f"{training / CONFIG}: goes on from {named}, which holds no training; put that folder beside this one"
    )


def _place(config: Mapping[str, Any], setting: str) -> Path:
    """The path that a setting has; as it is shipped, it lies in this bundle."""
    shipped = re.fullmatch(r"\$@bundle_root \+ '/([^']+)'", config[setting])
    return Path(ROOT, shipped[1]) if shipped else Path(config[setting])


def _without_places(config: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A recorded configuration whose paths lie in the bundle, and which runs on any device."""
    places: dict[str, Any] = {
        "_comment_": f"The training {name} as it was run; docs/README.md has its command.",
        "bundle_root": "$workflow.ROOT",
        "dataset_dir": "$@bundle_root + '/data'",
        "cache_dir": "$@dataset_dir + '/cache'",
        "output_dir": f"$@bundle_root + '/runs/{name}'",
        "model_file": "$@output_dir + '/model.pt'",
        "device": DEVICE,
        "resume": False,
    }
    for setting, folder in {**dict.fromkeys(EARLIER, "runs"), **dict.fromkeys(PUBLISHED, "models")}.items():
        if config.get(setting) is not None:
            places[setting] = f"$@bundle_root + '/{folder}/{_place(config, setting).name}'"
    if config.get(INITIAL_WEIGHTS) is not None:
        places[INITIAL_WEIGHTS] = f"$@bundle_root + '/models/{INITIAL_WEIGHTS}.pt'"
    return {key: places.get(key, value) for key, value in config.items() if key != "_meta_"}
