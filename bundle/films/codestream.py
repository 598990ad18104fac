# SPDX-License-Identifier: Apache-2.0
"""What a JPEG, JPEG-LS or JPEG 2000 codestream says of itself, and whether it is whole; told without decoding it."""

from __future__ import annotations

from typing import NamedTuple

END = b"\xff\xd9"
"""End of image (JPEG, JPEG-LS) and end of codestream (JPEG 2000); within coded data it cannot occur."""

_START = b"\xff\xd8"
_NO_LENGTH = {0x01, *range(0xD0, 0xD8)}
_HUFFMAN_TABLES, _ARITHMETIC_CONDITIONS, _EXTENSION = 0xC4, 0xCC, 0xC8
_FRAME = {*range(0xC0, 0xD0), 0xF7} - {_HUFFMAN_TABLES, _ARITHMETIC_CONDITIONS, _EXTENSION}
"""Markers of a frame header, JPEG-LS's among them."""
_SCAN = 0xDA

_START_2000 = b"\xff\x4f\xff\x51"
_DATA_2000 = b"\xff\x93"


class Codestream(NamedTuple):
    """Header of a codestream.

    Attributes:
        rows, columns: Size of the picture that it unpacks to.
        samples: Components of a pixel.
        precision: Bits of a sample.
        behind: What follows its end.
    """

    rows: int
    columns: int
    samples: int
    precision: int
    behind: bytes

    @property
    def is_followed(self) -> bool:
        """Whether a further picture begins behind its end."""
        return _START + b"\xff" in self.behind or _START_2000 in self.behind


class CutError(ValueError):
    """The end of a codestream is missing."""


def jpeg(stream: bytes) -> Codestream:
    """Read the frame header of a JPEG or JPEG-LS codestream.

    Raises:
        CutError: it ends before its end-of-image marker.
        ValueError: it is no such codestream.
    """
    position = stream.find(_START) + len(_START)
    if position < len(_START):
        raise ValueError("no JPEG")
    header = None
    while position + 4 <= len(stream):
        if stream[position] != 0xFF:
            raise ValueError("no marker where one has to be")
        marker = stream[position + 1]
        if marker == 0xFF or marker in _NO_LENGTH:  # a fill byte, or a marker alone
            position += 1 if marker == 0xFF else 2
            continue
        segment = stream[position + 4 : position + 10]
        if marker in _FRAME and len(segment) == 6:
            precision, samples = segment[0], segment[5]
            header = (_number(segment[1:3]), _number(segment[3:5]), samples, precision)
        position += 2 + _number(stream[position + 2 : position + 4])
        if marker == _SCAN:
            if header is None:
                raise ValueError("no frame header")
            return Codestream(*header, _behind_end(stream, position))
    raise CutError


def jpeg_2000(stream: bytes) -> Codestream:
    """Read the SIZ segment of a JPEG 2000 or HTJ2K codestream.

    Raises:
        CutError: it ends before its end-of-codestream marker.
        ValueError: it is no such codestream.
    """
    start = stream.find(_START_2000)
    if start < 0:
        raise ValueError("no JPEG 2000")
    size = stream[start + 8 : start + 44]  # from the capabilities on
    if len(size) < 36:
        raise CutError
    right, lower, left, upper = (_number(size[at : at + 4]) for at in (0, 4, 8, 12))
    samples, depth = _number(size[32:34]), size[34]
    data = stream.find(_DATA_2000, start)
    if data < 0:
        raise CutError
    return Codestream(lower - upper, right - left, samples, (depth & 0x7F) + 1, _behind_end(stream, data))


def _behind_end(stream: bytes, coded: int) -> bytes:
    end = stream.find(END, coded)
    if end < 0:
        raise CutError
    return stream[end + len(END) :]


def _number(big_endian: bytes) -> int:
    return int.from_bytes(big_endian, "big")
