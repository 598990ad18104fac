# SPDX-License-Identifier: Apache-2.0
"""A pydicom decoding plugin for what Pillow does not decode, or not in full depth: JPEG, JPEG-LS and JPEG 2000.

Of pydicom's own plugins GDCM decodes them, but a damaged film can bring it to abort the process; so can OpenJPH with
HTJ2K, which OpenJPEG decodes as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import imagecodecs
from pydicom.pixels import get_decoder
from pydicom.pixels.common import PhotometricInterpretation
from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    JPEG2000Lossless,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
)

if TYPE_CHECKING:
    from pydicom.pixels.decoders.base import DecodeRunner

LABEL = "imagecodecs"
_JPEG = (JPEGExtended12Bit, JPEGLossless, JPEGLosslessSV1)
_JPEG_LS = (JPEGLSLossless, JPEGLSNearLossless)
_JPEG_2000 = (JPEG2000Lossless, JPEG2000, HTJ2KLossless, HTJ2KLosslessRPCL, HTJ2K)
DECODER_DEPENDENCIES = {syntax: ("imagecodecs",) for syntax in (*_JPEG, *_JPEG_LS, *_JPEG_2000)}


def is_available(uid: str) -> bool:
    """Tell whether this plugin decodes a transfer syntax."""
    return uid in DECODER_DEPENDENCIES


def decode_frame(source: bytes, runner: DecodeRunner) -> bytes:
    """Decode one frame to native words of BitsAllocated, the bits of a sample lowest; colours by pixel and as stored.

    Raises:
        Exception: of the codec, where the stream is damaged or its size is not the header's.
    """
    if runner.transfer_syntax in _JPEG_LS:
        frame = imagecodecs.jpegls_decode(source)
    elif runner.transfer_syntax in _JPEG_2000:
        frame = imagecodecs.jpeg2k_decode(source)
        if runner.photometric_interpretation in (PhotometricInterpretation.YBR_ICT, PhotometricInterpretation.YBR_RCT):
            runner.set_option("photometric_interpretation", PhotometricInterpretation.RGB)
    else:
        stored = "RGB" if runner.samples_per_pixel > 1 else None  # the same before and after: nothing is converted
        frame = imagecodecs.jpeg8_decode(source, colorspace=stored, outcolorspace=stored)
    colours = (runner.samples_per_pixel,) if runner.samples_per_pixel > 1 else ()
    if frame.shape != (runner.rows, runner.columns, *colours):
        raise ValueError("of another size")
    runner.set_option("planar_configuration", 0)
    return frame.astype(f"u{runner.bits_allocated // 8}").tobytes()


def register() -> None:
    """Add the plugin to pydicom's decoders, once."""
    for syntax in DECODER_DEPENDENCIES:
        decoder = get_decoder(syntax)
        if LABEL not in decoder.available_plugins:
            decoder.add_plugin(LABEL, (__name__, decode_frame.__name__))
