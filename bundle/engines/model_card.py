# SPDX-License-Identifier: Apache-2.0
"""What a weights file is of: a small JSON of the same name beside it (`best.pt`, `best.json`), which knows its hash."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bundle.errors import CheckpointError
from bundle.files import sha256_of, write_text, write_whole
from bundle.run_folder import card_file

SHA256 = "weights_sha256"
FIELDS: dict[str, type] = {"name": str, "landmarks": list, SHA256: str}


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


def read_card_of(weights: str | Path, sha256: str) -> dict[str, Any]:
    """Read the card of a weights file whose content has this hash.

    A card is data. `bundle.networks.network_from_card` builds its network.

    Raises:
        CheckpointError: there is no card, it cannot be read, or it is of another content.
    """
    card = _read(card_file(weights), weights)
    if card.get(SHA256) == sha256:
        return _complete(card_file(weights), card)
    if (announced := _announced(weights)).is_file() and (coming := _read(announced, weights)).get(SHA256) == sha256:
        return _complete(announced, coming)
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


def _read(file: Path, weights: str | Path) -> dict[str, Any]:
    try:
        card = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CheckpointError(
            f"{file}: is missing beside {Path(weights).name}; copy it along with the weights from the run folder"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{file}: cannot be read as JSON; copy it again from the run folder") from error
    if not isinstance(card, dict):
        raise CheckpointError(f"{file}: is no card of weights; copy it again from the run folder")
    return card


def _complete(file: Path, card: dict[str, Any]) -> dict[str, Any]:
    for field, kind in FIELDS.items():
        if not isinstance(card.get(field), kind):
            raise CheckpointError(f"{file}: says no {field}; copy it again from the run folder")
    return card
