# SPDX-License-Identifier: Apache-2.0
"""Weights that leave a run and come back: a file of tensors, whose hash its card knows."""

from __future__ import annotations

import hashlib
import io
import logging
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import nn

from bundle.engines.model_card import Card, read_card_of, settings_of, write_with_card
from bundle.errors import CheckpointError
from bundle.networks import LandmarkNetwork
from bundle.networks.landmark_network import decode_names

logger = logging.getLogger(__name__)

NAMES_KEY, SHAPE_KEY = "landmark_name_bytes", "mean_shape"


class Weights(NamedTuple):
    """A weights file as it was read, once.

    Attributes:
        file: where it lies.
        card: what it is of, see `bundle.engines.model_card`.
        state: its tensors.
        sha256: of its content, in hexadecimal.
    """

    file: Path
    card: Card
    state: dict[str, torch.Tensor]
    sha256: str

    @property
    def never_seen(self) -> list[str]:
        """Names of the landmarks that no film it was trained on has: it answers nothing for them."""
        return _never_seen(self.state)

    def require_landmarks(self, names: Sequence[str]) -> None:
        """Make sure that they are of the landmarks that a data set has.

        Raises:
            CheckpointError: they are of others.
        """
        if self.card["landmarks"] != list(names):
            raise CheckpointError(
                f"{self.file}: was trained on other landmarks ({_some(self.card['landmarks'])}) than the data set has "
                f"({_some(names)}); use weights trained on this landmark set"
            )

    def require_same(self, expected: Mapping[str, Any], names: Sequence[str], made: str, option: str) -> None:
        """Make sure that a run can build on them: they were trained with what it has.

        Args:
            expected: settings as `settings_of` gives them; `name` among them is that of the network.
            names: of the landmarks of its data set.
            made: how the weights came about, such as "stage 1 was trained".
            option: that names their run or file.

        Raises:
            CheckpointError: naming the network or else the first setting that differs; or they are of other landmarks.
        """
        settings = settings_of(self.card, self.file)
        network = settings["name"]
        if (wanted := expected.get("name", network)) != network:
            raise CheckpointError(
                f"{self.file}: its network is a {network}, and this training goes on from a {wanted} alone; give "
                f"another --{option}"
            )
        for name, value in expected.items():
            if settings.get(name) != value:
                raise CheckpointError(
                    f"{self.file}: {made} with {name} {settings.get(name)}, this run has {value}; "
                    f"give --{name} {settings.get(name)}, or the --{option} of another run"
                )
        self.require_landmarks(names)

    def load_into(self, network: nn.Module) -> None:
        """Load them into a network of their kind and landmark count, and warn of landmarks that it does not look for.

        Raises:
            CheckpointError: they are of another network.
        """
        try:
            network.load_state_dict(self.state)
        except RuntimeError as error:
            raise CheckpointError(
                f"{self.file}: holds another network than configured ({str(error).splitlines()[1].strip()}); "
                "use the config.json of the run that made it"
            ) from error
        if self.never_seen:
            logger.warning(
                f"{self.file}: no film that it was trained on has {', '.join(self.never_seen)}, which it does not look "
                "for and leaves unknown everywhere"
            )


def read_weights(file: str | Path) -> Weights:
    """Read a weights file, `best.pt` of a run or `models/model.pt`, and its card.

    Raises:
        CheckpointError: one of them is missing, cannot be read, is damaged, or they do not belong together.
    """
    content = _content(file)
    sha256 = hashlib.sha256(content).hexdigest()
    card = read_card_of(file, sha256)
    state = _tensors(file, content)
    if NAMES_KEY not in state:
        raise CheckpointError(
            f"{file}: holds no landmark names, so it is no network of this bundle; use a run's best.pt"
        )
    names = decode_names(state[NAMES_KEY])
    if names != card["landmarks"]:
        raise CheckpointError(
            f"{file}: holds the landmarks {_some(names)}, and its card names others ({_some(card['landmarks'])}); "
            "copy both again from the run folder"
        )
    return Weights(Path(file), card, state, sha256)


def read_card(file: str | Path) -> Card:
    """Read what a weights file is of; see `read_weights`."""
    return read_weights(file).card


def read_checkpoint(file: str | Path) -> dict[str, Any]:
    """Read a file of tensors and plain values, which has no card: torch ignores the checksums of its parts.

    Raises:
        CheckpointError: it does not exist, cannot be read or is damaged.
    """
    content = _content(file)
    state = _tensors(file, content)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        if parts.testzip() is not None:
            raise CheckpointError(f"{file}: is damaged (a checksum in it is wrong); use another copy")
    return state


def save_weights(file: Path, state: Mapping[str, Any], card: Mapping[str, Any]) -> None:
    """Write a weights file and its card, which names the landmarks never seen; see `write_with_card`."""
    write_with_card(file, partial(torch.save, state), {**card, "never_seen": _never_seen(state)})


def copy_weights(file: Path, target: Path, facts: Mapping[str, Any] | None = None) -> None:
    """Copy a weights file and its card, with more facts in it.

    Raises:
        CheckpointError: they do not belong together.
        BundleError: the target cannot be written.
    """
    write_with_card(target, partial(shutil.copyfile, file), {**read_card(file), **(facts or {})})


def set_landmarks(network: LandmarkNetwork, mean_shape: torch.Tensor, names: Sequence[str]) -> None:
    """Fix what the outputs of a network stand for, before it is trained, and warn of landmarks that it cannot learn.

    Args:
        network: to be trained.
        mean_shape: [K, 2] of the drawn films, see `bundle.transforms.mean_shape`.
        names: K names.
    """
    network.set_landmarks(mean_shape, names)
    if never_seen := _never_seen(network.state_dict()):
        logger.warning(
            f"no labelled film of this training has {', '.join(never_seen)}: the network will not learn it, and leaves "
            "it unknown everywhere; mark it on some films of training, or draw more shots"
        )


def _never_seen(state: Mapping[str, torch.Tensor]) -> list[str]:
    known = state[SHAPE_KEY].isfinite().all(dim=-1).tolist()
    return [name for name, trained in zip(decode_names(state[NAMES_KEY]), known, strict=True) if not trained]


def _content(file: str | Path) -> bytes:
    if not Path(file).is_file():
        raise CheckpointError(f"{file}: there is no such weights file; train first or correct the path")
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise CheckpointError(f"{file}: cannot be read ({error.strerror}); use another copy") from error


def _tensors(file: str | Path, content: bytes) -> dict[str, Any]:
    try:
        return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises whatever the broken file leads it to
        raise CheckpointError(
            f"{file}: is not a readable checkpoint ({type(error).__name__}); it may be truncated, use another copy"
        ) from error


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(map(str, names[:3]))
    return f"{len(names)}: {shown}, …" if len(names) > 3 else shown
