# SPDX-License-Identifier: Apache-2.0
"""Which films of a manifest one job does: the same job the same films, whatever order they are listed in."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass

from bundle.errors import ConfigurationError

_FORM = re.compile(r"([0-9]{1,5})/([0-9]{1,5})")
_OF_A_SHARD = re.compile(r"films-[0-9]{5}-of-([0-9]{5})\b")


def path_digest(path: str) -> bytes:
    """16 bytes that tell one path from another, of any film of any number."""
    return hashlib.blake2b(os.fsencode(path), digest_size=16).digest()


@dataclass(frozen=True)
class Shard:
    """One of `count` parts, nearly equal, of the films.

    Attributes:
        number: From 1 on.
        count: Of how many.
    """

    number: int = 1
    count: int = 1

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read `3/100`.

        Raises:
            ConfigurationError: it is none.
        """
        form = _FORM.fullmatch(text)
        if form is None or not 1 <= int(form[1]) <= int(form[2]):
            raise ConfigurationError(f"--shard: {text!r} is no shard; write 3/100 for the third of a hundred")
        return cls(int(form[1]), int(form[2]))

    @property
    def stem(self) -> str:
        """What the names of its files begin with."""
        return f"films-{self.number:05}-of-{self.count:05}"

    def holds(self, digest: bytes) -> bool:
        """Whether the film with this digest of its path is in it."""
        return int.from_bytes(digest[:8], "big") % self.count == self.number - 1


def count_of_name(name: str) -> int | None:
    """Of how many shards the file of a shard is one; None for any other file."""
    form = _OF_A_SHARD.match(name)
    return None if form is None else int(form[1])
