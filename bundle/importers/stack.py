# SPDX-License-Identifier: Apache-2.0
"""A MetaImage stack of 8-bit slices, read one at a time: a challenge's has 8 GB, and ITK streams no compressed one."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from bundle.errors import DatasetError

_CHUNK = 1 << 20
_MOST_HEADER_LINES = 100


class Stack:
    """A `.mha` of three dimensions whose pixels lie in the file itself, compressed or not.

    Raises:
        DatasetError: the header is not of such a stack.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        try:
            with file.open("rb") as stream:
                self._header = _header(stream)
                self._start = stream.tell()
            width, height, self.count = (int(value) for value in self._header["DimSize"].split())
            self._shape = height, width, int(self._header.get("ElementNumberOfChannels", "1"))
        except (OSError, KeyError, ValueError) as error:
            raise DatasetError(f"{file}: has no header of a stack in three dimensions; copy it again") from error
        if self._header.get("ElementType") != "MET_UCHAR" or self._header.get("ElementDataFile") != "LOCAL":
            raise DatasetError(f"{file}: is no stack of 8 bits a channel in one file; give that of the challenge")
        if min(*self._shape, self.count) < 1:
            raise DatasetError(f"{file}: states a size of 0; copy it again")

    def slices(self) -> Iterator[np.ndarray]:
        """Arrays `[Y, X, C]` of all slices in order.

        Raises:
            DatasetError: the file ends too early or cannot be unpacked.
        """
        size = int(np.prod(self._shape))
        with self.file.open("rb") as stream:
            stream.seek(self._start)
            unpacked = _unpacked(stream) if self._header.get("CompressedData") == "True" else _chunks(stream)
            pending = bytearray()
            for number in range(1, self.count + 1):
                try:
                    while len(pending) < size:
                        pending += next(unpacked)
                except (StopIteration, zlib.error, OSError) as error:
                    raise DatasetError(f"{self.file}: ends in slice {number} of {self.count}; copy it again") from error
                yield np.frombuffer(bytes(pending[:size]), np.uint8).reshape(self._shape)
                del pending[:size]


def _header(stream: BinaryIO) -> dict[str, str]:
    header: dict[str, str] = {}
    for _ in range(_MOST_HEADER_LINES):
        key, equals, value = stream.readline(1000).decode("ascii", "replace").partition("=")
        if not equals:
            break
        header[key.strip()] = value.strip()
        if key.strip() == "ElementDataFile":
            return header
    raise ValueError("no ElementDataFile")


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk


def _unpacked(stream: BinaryIO) -> Iterator[bytes]:
    """What a zlib stream unpacks to, in pieces of a bounded size."""
    decompressor = zlib.decompressobj()
    for chunk in _chunks(stream):
        while chunk:
            yield decompressor.decompress(chunk, _CHUNK)
            chunk = decompressor.unconsumed_tail
    yield decompressor.flush()
