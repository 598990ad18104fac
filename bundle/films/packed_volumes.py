# SPDX-License-Identifier: Apache-2.0
"""MetaImage headers, and whether packed volumes are whole.

NiBabel stops before the checksum of a gzip file, and ITK gives what it could unpack of a damaged MetaImage: both read
a film with wrong pixels without a word.
"""

from __future__ import annotations

import gzip
import math
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bundle.errors import RadiographError

_LONGEST_LINE = 1 << 16
"""Bytes of a MetaImage header's line: without its end, a file of pixels would be read whole."""

_CHUNK = 1 << 20
_MOST_BEHIND = 1 << 20
"""Bytes that a gzip file may hold behind its pixels."""

_BYTES = {"CHAR": 1, "SHORT": 2, "INT": 4, "LONG": 4, "LONG_LONG": 8, "FLOAT": 4, "DOUBLE": 8}


class MetaImageHeader(NamedTuple):
    """What is needed of a MetaImage header.

    Attributes:
        shape: Size along all axes, and the number of channels where that is not 1.
        bytes: Of the unpacked pixels; None for an element type that is not known.
        packed: File and first byte of compressed pixels; None where they are not compressed.
    """

    shape: tuple[int, ...]
    bytes: int | None
    packed: tuple[Path, int] | None


def metaimage_header(file: Path) -> MetaImageHeader:
    """Read the header of an MHA or MHD file.

    Raises:
        ValueError: the header does not say its size.
    """
    fields: dict[str, str] = {}
    with file.open("rb") as stream:
        while "ElementDataFile" not in fields and (line := stream.readline(_LONGEST_LINE)):
            key, _, value = line.decode("latin-1").partition("=")
            fields[key.strip()] = value.strip()
        start = stream.tell()
    stated = fields.get("DimSize", "").split()
    channel_count = fields.get("ElementNumberOfChannels", "1")
    if len(stated) < 2 or not all(number.isdecimal() and number.isascii() for number in (*stated, channel_count)):
        raise ValueError("no DimSize or ElementNumberOfChannels that is one")  # not quoted: it may hold other fields
    sizes, channels = tuple(map(int, stated)), int(channel_count)
    shape = sizes if channels == 1 else (*sizes, channels)
    element = _BYTES.get(fields.get("ElementType", "").removeprefix("MET_").removeprefix("U"))
    data = fields.get("ElementDataFile", "LOCAL")
    local = data.upper() == "LOCAL"
    packed = (file, start) if local else (file.parent / data, 0)
    compressed = fields.get("CompressedData", "").upper() in ("TRUE", "T", "1")
    return MetaImageHeader(shape, element and element * math.prod(shape), packed if compressed else None)


def require_intact_metaimage(header: MetaImageHeader, name: str) -> None:
    """Make sure that compressed pixels unpack to their number and checksum; memory is taken for a part at a time.

    Raises:
        RadiographError: they do not.
    """
    if header.packed is None or header.bytes is None:
        return
    file, start = header.packed
    unpack, count = zlib.decompressobj(zlib.MAX_WBITS | 32), 0
    try:
        with file.open("rb") as stream:
            stream.seek(start)
            while not unpack.eof and count <= header.bytes and (part := unpack.unconsumed_tail or stream.read(_CHUNK)):
                count += len(unpack.decompress(part, _CHUNK))
    except (OSError, zlib.error) as error:
        raise RadiographError(f"{name}: its compressed pixels are damaged; use an intact file") from error
    if not unpack.eof or count != header.bytes:
        raise RadiographError(f"{name}: its compressed pixels are cut or of another size; use an intact file")


def require_intact_gzip(file: Path, most: int) -> None:
    """Make sure that a gzip file is whole and holds no more than it should; memory is taken for a part at a time.

    Args:
        file: The file; one of another suffix is not looked at.
        most: Bytes up to the end of its pixels.

    Raises:
        RadiographError: it is damaged, or goes far beyond its pixels.
    """
    if file.suffix.lower() != ".gz":
        return
    try:
        count = 0
        for part in _parts(file):
            count += len(part)
            if count > most + _MOST_BEHIND:
                raise RadiographError(f"{file.name}: it goes on far behind its pixels; use an intact file")
    except (OSError, EOFError, zlib.error) as error:
        raise RadiographError(f"{file.name}: it is cut or damaged; use an intact file") from error


def _parts(file: Path) -> Iterator[bytes]:
    with gzip.open(file) as stream:
        while part := stream.read(_CHUNK):
            yield part
