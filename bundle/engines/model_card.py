# SPDX-License-Identifier: Apache-2.0
"""What a weights file needs to be used: a small JSON of the same name beside it (`best.pt`, `best.json`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bundle.errors import CheckpointError


def card_file(weights: str | Path) -> Path:
    """The card beside a weights file."""
    return Path(weights).with_suffix(".json")


def read_card(weights: str | Path) -> dict[str, Any]:
    """Read what a weights file is of: `landmarks`, `image_size`, `network` and what the run adds.

    A card is data. `bundle.networks.network_from_card` builds its network.

    Raises:
        CheckpointError: there is no weights file or no card, or it cannot be read.
    """
    file = card_file(weights)
    if not Path(weights).is_file():
        raise CheckpointError(f"{weights}: there is no such weights file; train first or correct the path")
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CheckpointError(
            f"{file}: is missing beside {Path(weights).name}; copy it along with the weights from the run folder"
        ) from None
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{file}: cannot be read as JSON; copy it again from the run folder") from error
