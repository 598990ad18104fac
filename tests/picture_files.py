# SPDX-License-Identifier: Apache-2.0
"""TIFF and BMP files of every kind that scanners and exports leave, written from their specifications."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np

COMPRESSIONS = {"none": 1, "lzw": 5, "deflate": 8, "packbits": 32773}
_SAMPLE_FORMAT = {"u": 1, "i": 2, "f": 3}


def write_tiff(
    path: Path,
    pixels: np.ndarray,
    *,
    bits: int | None = None,
    order: str = "<",
    photometric: int = 1,
    compression: str = "none",
    tile: int | None = None,
    tags: dict[int, Any] | None = None,
) -> Path:
    """Write `[Y, X]` or `[Y, X, C]` values in one strip, or in square tiles."""
    height, width = pixels.shape[:2]
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    depth = bits or 8 * pixels.itemsize
    blocks = [_compressed(_packed(block, depth, order), compression, len(block)) for block in _blocks(pixels, tile)]
    entries: dict[int, tuple[str, Any]] = {
        256: ("L", width),
        257: ("L", height),
        258: ("H", [depth] * channels),
        259: ("H", COMPRESSIONS[compression]),
        262: ("H", photometric),
        277: ("H", channels),
        339: ("H", [_SAMPLE_FORMAT[pixels.dtype.kind]] * channels),
    }
    entries |= {tag: ("H", value) for tag, value in (tags or {}).items()}
    places = np.cumsum([8, *map(len, blocks)]).tolist()
    lengths = list(map(len, blocks))
    if tile:
        entries |= {322: ("L", tile), 323: ("L", tile), 324: ("L", places[:-1]), 325: ("L", lengths)}
    else:
        entries |= {273: ("L", places[:-1]), 278: ("L", height), 279: ("L", lengths)}
    start = places[-1] + places[-1] % 2
    body = b"".join(blocks).ljust(start - 8, b"\0")
    header = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, start)
    path.write_bytes(header + body + _directory(entries, order, start))
    return path


def _blocks(pixels: np.ndarray, tile: int | None) -> list[np.ndarray]:
    if tile is None:
        return [pixels]
    height, width = pixels.shape[:2]
    padding = [(0, -height % tile), (0, -width % tile), *[(0, 0)] * (pixels.ndim - 2)]
    padded = np.pad(pixels, padding)
    return [
        padded[y : y + tile, x : x + tile] for y in range(0, len(padded), tile) for x in range(0, padded.shape[1], tile)
    ]


def _packed(block: np.ndarray, depth: int, order: str) -> bytes:
    if depth == 8 * block.itemsize:
        return block.astype(block.dtype.newbyteorder(order)).tobytes()
    rows = block.reshape(len(block), -1)
    bits = (rows[..., None] >> np.arange(depth - 1, -1, -1)) & 1  # the highest bit comes first, whatever the byte order
    return np.packbits(bits.reshape(len(rows), -1).astype(np.uint8), axis=1).tobytes()


def _compressed(block: bytes, compression: str, rows: int) -> bytes:
    if compression == "packbits":  # no run goes beyond its row
        length = len(block) // rows
        return b"".join(imagecodecs.packbits_encode(block[i : i + length]) for i in range(0, len(block), length))
    encode = {"none": bytes, "lzw": imagecodecs.lzw_encode, "deflate": zlib.compress}
    return bytes(encode[compression](block))


def _directory(entries: dict[int, tuple[str, Any]], order: str, start: int) -> bytes:
    end = start + 2 + 12 * len(entries) + 4
    table, further = struct.pack(order + "H", len(entries)), b""
    for tag, (kind, value) in sorted(entries.items()):
        values = value if isinstance(value, list) else [value]
        content = struct.pack(f"{order}{len(values)}{kind}", *values)
        if len(content) > 4:
            place = struct.pack(order + "I", end + len(further))
            further += content
        else:
            place = content.ljust(4, b"\0")
        table += struct.pack(order + "HHI", tag, 3 if kind == "H" else 4, len(values)) + place
    return table + bytes(4) + further


def write_bmp(path: Path, grey: np.ndarray, bits: int, from_above: bool = False) -> Path:
    """Write 8-bit grey `[Y, X]` with a grey palette of up to 8 bits, else as colours."""
    height, width = grey.shape
    palette = b""
    if bits <= 8:
        levels = np.linspace(0, 255, 1 << bits).astype(np.uint8)
        palette = np.stack([levels, levels, levels, np.zeros_like(levels)], axis=1).tobytes()
        index = grey >> (8 - bits)
        rows = _packed(index, bits, "<") if bits < 8 else index.tobytes()
    elif bits == 16:
        five = (grey >> 3).astype("<u2")
        rows = (five << 10 | five << 5 | five).tobytes()
    else:
        rows = np.repeat(grey[..., None], bits // 8, axis=2).tobytes()
    lines = np.frombuffer(rows, np.uint8).reshape(height, -1)
    lines = np.pad(lines, [(0, 0), (0, -lines.shape[1] % 4)])[:: 1 if from_above else -1]
    offset = 54 + len(palette)
    info = struct.pack("<IiiHHIIiiII", 40, width, -height if from_above else height, 1, bits, 0, 0, 0, 0, 0, 0)
    path.write_bytes(b"BM" + struct.pack("<IHHI", offset + lines.size, 0, 0, offset) + info + palette + lines.tobytes())
    return path
