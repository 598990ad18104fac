# SPDX-License-Identifier: Apache-2.0
"""What a weights file is of: a small JSON of the same name beside it (`best.pt`, `best.json`), which knows its hash."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NotRequired

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from bundle.errors import CheckpointError
from bundle.files import sha256_of, write_text, write_whole
from bundle.networks import LandmarkNetwork
from bundle.run_folder import card_file
from bundle.schema_errors import field_of, first_fault
from bundle.transforms import Preprocessing

SHA256 = "weights_sha256"


@with_config(ConfigDict(extra="allow", strict=True, use_attribute_docstrings=True))
class Card(TypedDict):
    """What a weights file is of; each method adds what its training started from and what came of it."""

    name: str
    """What the network was trained as, for reports."""

    landmarks: list[str]
    """Names of the K landmarks, in the order of the network's output."""

    weights_sha256: NotRequired[str]
    """Hash of the weights file beside it, in hexadecimal; an early version of the bundle wrote none."""

    never_seen: NotRequired[list[str]]
    """Names of the landmarks that no film of the training has."""

    method: NotRequired[str]
    """Who gave the pseudo ground truth, or DAG."""

    shots: NotRequired[int | None]
    """Labelled films of the training; null for all."""

    draw: NotRequired[int]
    """Number of the draw that chose them."""

    seed: NotRequired[int]
    """Of the random numbers of the training."""

    epoch: NotRequired[int]
    """That the weights are of, counted from 1; 0 where they are those that the training began with."""

    preprocessing: NotRequired[dict[str, Any]]
    """Version and settings of `bundle.transforms.Preprocessing`."""

    network: NotRequired[dict[str, Any]]
    """Name of the architecture and its settings, as `bundle.networks.network_from_card` takes them."""


CARD = TypeAdapter(Card)


def training_card(
    network: LandmarkNetwork, landmarks: Sequence[str], preprocessing: Preprocessing, **facts: Any
) -> dict[str, Any]:
    """The card of weights in training: all that who applies them needs to know.

    Args:
        network: which describes itself.
        landmarks: names of the K landmarks.
        preprocessing: how films are prepared for it.
        **facts: `name` of the model, `method`, and what else is to be told: plain values.
    """
    described = {"landmarks": list(landmarks), "preprocessing": preprocessing.for_card(), "network": network.settings()}
    return {**facts, **described}


def network_settings_of(card: Mapping[str, Any], weights: str | Path) -> dict[str, Any]:
    """Settings of preprocessing and network, each by its name; raises as `settings_of`."""
    return {**Preprocessing.of_card(card, weights).for_card(), **card["network"]}


def settings_of(card: Mapping[str, Any], weights: str | Path) -> dict[str, Any]:
    """What runs that build on each other share: preprocessing, network and labelled films, each setting by its name.

    Raises:
        CheckpointError: the card does not say how films were prepared.
    """
    films = {name: card.get(name) for name in ("shots", "draw")}
    return {**network_settings_of(card, weights), **films}


def write_with_card(weights: Path, write: Callable[[Path], object], card: Mapping[str, Any]) -> None:
    """Let `write` make a weights file, and write its card, so that a kill at any moment leaves a pair that fits.

    The card is announced before the weights take their place, and takes its own after them: in between, weights and
    announcement are the pair.

    Raises:
        BundleError: the folder cannot be written to or the disk is full; the older pair is kept.
    """
    announced = _announced(weights)

    def write_and_announce(partial: Path) -> None:
        write(partial)
        whole = {**card, SHA256: sha256_of(partial)}
        write_text(announced, json.dumps(whole, indent=2, ensure_ascii=False) + "\n")

    write_whole(weights, write_and_announce)
    os.replace(announced, card_file(weights))


def read_card_of(weights: str | Path, sha256: str) -> Card:
    """Read the card of a weights file whose content has this hash.

    A card is data. `bundle.networks.network_from_card` builds its network.

    Raises:
        CheckpointError: there is no card, it cannot be read, or it is of another content.
    """
    card = _read(card_file(weights), weights)
    if card.get(SHA256) == sha256:
        return card
    if (announced := _announced(weights)).is_file() and (coming := _read(announced, weights)).get(SHA256) == sha256:
        return coming
    if SHA256 not in card:
        raise CheckpointError(
            f"{card_file(weights)}: does not say which weights it is of; train again, or, where you are sure that it "
            f'belongs to {Path(weights).name}, add "{SHA256}": "{sha256}" to it'
        )
    raise CheckpointError(
        f"{weights}: is not the file that {card_file(weights).name} beside it was written for (their SHA-256 differ), "
        "so it is damaged or of another run; copy both again from the run folder"
    )


def _announced(weights: str | Path) -> Path:
    file = card_file(weights)
    return file.with_name(f".{file.name}.next")


def _read(file: Path, weights: str | Path) -> Card:
    try:
        return CARD.validate_json(file.read_bytes())
    except FileNotFoundError:
        raise CheckpointError(
            f"{file}: is missing beside {Path(weights).name}; copy it along with the weights from the run folder"
        ) from None
    except OSError as error:
        raise CheckpointError(
            f"{file}: cannot be read ({error.strerror}); copy it again from the run folder"
        ) from error
    except ValidationError as error:
        place, wrong = first_fault(error)
        field = f"{field_of(place)}: " if place else ""
        raise CheckpointError(f"{file}: {field}{wrong}; copy it again from the run folder") from error
