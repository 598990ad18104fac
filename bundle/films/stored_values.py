# SPDX-License-Identifier: Apache-2.0
"""From the pixel data of a DICOM film, in whatever transfer syntax, to its stored values: one rule after every decoder.

What the header claims is held against what the pixel data are before they are unpacked, and against what came of them.
"""

from __future__ import annotations

import logging
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from pydicom import uid
from pydicom.encaps import encapsulate, generate_fragmented_frames
from pydicom.pixels import convert_color_space, get_decoder
from pydicom.tag import Tag

from bundle.errors import RadiographError
from bundle.films import codestream
from bundle.films.imagecodecs_decoder import DECODER_DEPENDENCIES as BY_IMAGECODECS
from bundle.films.imagecodecs_decoder import LABEL as IMAGECODECS
from bundle.films.imagecodecs_decoder import register as register_imagecodecs

if TYPE_CHECKING:
    from pydicom import Dataset

GREY = ("MONOCHROME1", "MONOCHROME2")
PALETTE = "PALETTE COLOR"
COLOURS = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")
"""What is decoded to RGB."""
_SAMPLES = {**dict.fromkeys((*GREY, PALETTE), 1), **dict.fromkeys(COLOURS, 3)}
_DEPTHS = (8, 16)

DECODERS = {
    uid.RLELossless: "pydicom",
    uid.JPEGBaseline8Bit: "pillow",
    **dict.fromkeys(BY_IMAGECODECS, IMAGECODECS),
}
"""The one plugin of pydicom for an encoding; of others that may be installed, GDCM aborts on some damaged films."""
_NATIVE = (
    uid.ImplicitVRLittleEndian,
    uid.ExplicitVRLittleEndian,
    uid.ExplicitVRBigEndian,
    uid.DeflatedExplicitVRLittleEndian,
)
_CODESTREAMS = {
    **dict.fromkeys((*uid.JPEGTransferSyntaxes, *uid.JPEGLSTransferSyntaxes), codestream.jpeg),
    **dict.fromkeys(uid.JPEG2000TransferSyntaxes, codestream.jpeg_2000),
}
_LARGEST_HEADER = 1 << 16
"""Bytes by which a packed frame may be longer than twice its pixels."""

OVERLAY_BIT_POSITIONS = tuple(Tag(0x6000 + 2 * overlay, 0x0102) for overlay in range(16))

register_imagecodecs()
logging.getLogger("pydicom.pixels").setLevel(logging.CRITICAL)  # why a decoder failed: told in our own sentence


class _Pixels(NamedTuple):
    """What a header states of its pixels."""

    photometric: str
    samples: int
    rows: int
    columns: int
    allocated: int
    stored: int
    high: int
    is_signed: bool

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.rows, self.columns) if self.samples == 1 else (self.rows, self.columns, self.samples)

    @property
    def bytes(self) -> int:
        """Length of the pixels unpacked."""
        samples = 2 if self.photometric == "YBR_FULL_422" else self.samples
        return self.rows * self.columns * samples * self.allocated // 8


def stored_values(dataset: Dataset, name: str) -> tuple[np.ndarray, list[str]]:
    """Decode the single frame of a film.

    Whatever the transfer syntax, a value is the BitsStored bits below and with HighBit, signed as PixelRepresentation
    says (PS3.5 8.1.1); what stands in other bits, overlays for instance, is left out. A codestream too shallow for
    HighBit holds the values themselves.

    Args:
        dataset: The film's data elements.
        name: File name for the error message.

    Returns:
        Stored values `[Y, X]` grey or palette index, or `[Y, X, 3]` RGB; and warnings.

    Raises:
        RadiographError: header and pixel data contradict each other, there is more than one frame, an end is missing,
            or the pixel data cannot be decoded.
    """
    pixels, warnings = _stated(dataset, name)
    syntax = uid.UID(dataset.file_meta.get("TransferSyntaxUID") or "")
    stream = None
    if syntax in DECODERS:
        stream = _whole_frame(dataset, pixels, syntax, name)
    elif syntax in _NATIVE:
        warnings += _excess(len(dataset.PixelData), pixels, name)
    else:
        raise _undecodable(syntax, name, NotImplementedError())
    try:
        words, decoded = get_decoder(syntax).as_array(
            dataset,
            index=0,
            raw=True,
            decoding_plugin=DECODERS.get(syntax, ""),
            correct_unused_bits=False,  # type: ignore[arg-type]  # pydicom's hint is of a dict
            apply_j2k_sign_correction=False,  # type: ignore[arg-type]
            apply_jls_sign_correction=False,  # type: ignore[arg-type]
        )
    except Exception as error:  # every decoder has errors of its own
        raise _undecodable(syntax, name, error) from error
    if words.shape != pixels.shape:
        raise _undecodable(syntax, name, None)
    if stream is not None and stream.precision <= pixels.high:
        words = words << (pixels.high + 1 - pixels.stored)
    values, stray = value_bits(words, pixels.stored, pixels.high, pixels.is_signed)
    if stray & ~_overlay_bits(dataset):
        warnings.append(
            "bits of the pixels beside BitsStored and HighBit are set that no overlay claims, and are left out: "
            "look whether the film looks right"
        )
    if decoded["photometric_interpretation"] in ("YBR_FULL", "YBR_FULL_422"):
        values = convert_color_space(values, "YBR_FULL", "RGB")
    return values, warnings


def value_bits(words: np.ndarray, stored: int, high: int, is_signed: bool) -> tuple[np.ndarray, int]:
    """Take the values out of the words that they are allocated in.

    Args:
        words: Integers of 8 or 16 bit, as they lie in the pixel data.
        stored: BitsStored.
        high: HighBit.
        is_signed: Whether values are two's complements.

    Returns:
        The values, and the bits beside them that are set somewhere and mean something else than their sign.
    """
    allocated = 8 * words.dtype.itemsize
    unsigned, signed = np.dtype(f"u{words.dtype.itemsize}"), np.dtype(f"i{words.dtype.itemsize}")
    words = words.astype(words.dtype.newbyteorder("="), copy=False).view(unsigned)
    values = (words << (allocated - 1 - high)).view(signed if is_signed else unsigned) >> (allocated - stored)
    low = high + 1 - stored
    beside = ~(((1 << stored) - 1) << low) & ((1 << allocated) - 1)
    stray = int(np.bitwise_or.reduce(words, axis=None)) & beside
    if stray and np.array_equal((values << low).view(unsigned), words):  # the sign goes on above HighBit
        stray = 0
    return values, stray


def _stated(dataset: Dataset, name: str) -> tuple[_Pixels, list[str]]:
    photometric = str(dataset.PhotometricInterpretation)
    if photometric not in _SAMPLES:
        raise RadiographError(f"{name}: PhotometricInterpretation is not supported; export it as MONOCHROME2")
    samples, allocated, stored = dataset.SamplesPerPixel, dataset.BitsAllocated, dataset.BitsStored
    if samples != _SAMPLES[photometric]:
        raise RadiographError(
            f"{name}: PhotometricInterpretation is {photometric}, but SamplesPerPixel is {samples}; "
            "export it as MONOCHROME2"
        )
    if allocated not in _DEPTHS:
        raise RadiographError(f"{name}: BitsAllocated is {allocated}; export values of at most 16 bit in 8 or 16 bit")
    if not 1 <= stored <= allocated:
        raise RadiographError(f"{name}: BitsStored is {stored}, BitsAllocated {allocated}; export the radiograph again")
    high, warnings = dataset.get("HighBit"), []
    if high is None or not stored - 1 <= high < allocated:
        if high is not None:
            warnings.append(f"HighBit {high} does not fit BitsStored {stored}; values are read from the lowest bits")
        high = stored - 1
    is_signed = dataset.PixelRepresentation == 1
    return _Pixels(photometric, samples, dataset.Rows, dataset.Columns, allocated, stored, high, is_signed), warnings


def _excess(length: int, pixels: _Pixels, name: str) -> list[str]:
    """Hold the length of native pixel data against the header; a little padding is told, anything else refused."""
    excess = length - pixels.bytes
    if excess < 0 or excess >= max(2, min(pixels.rows, pixels.columns)):
        raise RadiographError(
            f"{name}: PixelData has {length} bytes, but Rows, Columns and the bits of a pixel make {pixels.bytes}; "
            "it is cut, of several frames or of another size: copy or export it again"
        )
    return [f"{excess} bytes behind the pixels are left out"] if excess > pixels.bytes % 2 else []


def _whole_frame(dataset: Dataset, pixels: _Pixels, syntax: uid.UID, name: str) -> codestream.Codestream | None:
    """Hold a packed frame against the header before it is unpacked; None where it does not describe itself."""
    try:
        fragments = list(chain.from_iterable(generate_fragmented_frames(dataset.PixelData, number_of_frames=1)))
        packed = b"".join(fragments)
        stream = _CODESTREAMS[syntax](packed) if syntax in _CODESTREAMS else None
    except Exception as error:  # pydicom and the codestreams raise whatever damage leads them to
        raise _undecodable(syntax, name, error) from error
    if stream.is_followed if stream else len(fragments) > 1:
        raise RadiographError(f"{name}: PixelData holds several frames; export the single frame to be measured")
    dataset.PixelData = encapsulate([packed], has_bot=False)  # an offset table cannot lead the decoder elsewhere
    if len(packed) > 2 * pixels.bytes + _LARGEST_HEADER:
        raise _undecodable(syntax, name, None)
    if stream is None:
        return None
    if (stream.rows, stream.columns, stream.samples) != (pixels.rows, pixels.columns, pixels.samples):
        held, stated = (f"{of.columns} x {of.rows} pixels of {of.samples} sample(s)" for of in (stream, pixels))
        raise RadiographError(f"{name}: PixelData holds {held}, the header states {stated}; export it again")
    if stream.precision > pixels.allocated:
        raise _undecodable(syntax, name, None)
    return stream


def _overlay_bits(dataset: Dataset) -> int:
    """Bits of a word that overlays claim for themselves, as old films have them."""
    positions = (dataset.get(tag) for tag in OVERLAY_BIT_POSITIONS)
    return sum(1 << position.value for position in positions if position is not None and position.value)


def _undecodable(syntax: uid.UID, name: str, error: Exception | None) -> RadiographError:
    if isinstance(error, NotImplementedError):
        remedy = "there is no decoder for it; convert the film to an uncompressed transfer syntax"
    elif isinstance(error, codestream.CutError):
        remedy = "its end is missing; copy the file again from its source"
    else:
        remedy = "it is truncated or damaged; copy the file again from its source"
    encoding = syntax.name if syntax and syntax.name != syntax else "an unknown encoding"
    return RadiographError(f"{name}: PixelData in {encoding} cannot be decoded, {remedy}")
