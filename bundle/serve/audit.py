# SPDX-License-Identifier: Apache-2.0
"""The audit of a node: a line of JSON for every step of a film, with UIDs and the model's hash, no patient data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from bundle.files import append_text
from bundle.serve.ledger import Film

FILE_NAME = "audit.jsonl"


class Audit:
    """The audit of a node. A step whose writing was interrupted may stand in it twice, and never not at all.

    Args:
        folder: Where its file lies. The file is opened for every line, so that it may be moved away at any time.
        hashes: SHA-256 of the weights of each model.
    """

    def __init__(self, folder: Path, hashes: Mapping[str, str]) -> None:
        self.file = folder / FILE_NAME
        self._hashes = hashes

    def __call__(self, event: str, film: Film, **facts: object) -> None:
        """Write a line.

        Args:
            event: `answered`, `refused`, `quarantined`, `gone`, `delivered` or `removed`.
            film: What it is about; a picture, whose name may be a person's, is told by the name's hash.
            facts: What else there is to say; None is left out.

        Raises:
            StorageError: the file cannot be written.
        """
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "event": event,
            "sop_instance_uid": film.sop_uid or None,
            "study_instance_uid": film.study_uid or None,
            "name_sha256": None if film.sop_uid else hashlib.sha256(film.film.encode()).hexdigest(),
            "model": film.model,
            "weights_sha256": self._hashes.get(film.model or ""),
            **facts,
        }
        known = {key: value for key, value in line.items() if value not in (None, {}, [])}
        append_text(self.file, json.dumps(known, ensure_ascii=False) + "\n")
