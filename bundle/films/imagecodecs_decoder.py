# SPDX-License-Identifier: Apache-2.0
"""A pydicom decoding plugin for the JPEG processes that Pillow does not know.

Of pydicom's own plugins GDCM decodes them, but a damaged film can bring it to abort the process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import imagecodecs
import numpy as np
from pydicom.pixels import get_decoder
from pydicom.uid import JPEGExtended12Bit, JPEGLossless, JPEGLosslessSV1, JPEGLSLossless, JPEGLSNearLossless

if TYPE_CHECKING:
    from pydicom.pixels.decoders.base import DecodeRunner

LABEL = "imagecodecs"
DECODER_DEPENDENCIES = {
    syntax: ("imagecodecs",)
    for syntax in (JPEGExtended12Bit, JPEGLossless, JPEGLosslessSV1, JPEGLSLossless, JPEGLSNearLossless)
}


def is_available(uid: str) -> bool:
    """Tell whether this plugin decodes a transfer syntax."""
    return uid in DECODER_DEPENDENCIES


def decode_frame(source: bytes, runner: DecodeRunner) -> bytes:
    """Decode one frame to bytes or native words, colours by pixel and as stored.

    Raises:
        Exception: of the codec, where the stream is damaged or its size is not the header's.
    """
    colours = (runner.samples_per_pixel,) if runner.samples_per_pixel > 1 else ()
    frame = np.empty((runner.rows, runner.columns, *colours), np.uint8 if runner.bits_stored <= 8 else np.uint16)
    if runner.transfer_syntax in (JPEGLSLossless, JPEGLSNearLossless):
        imagecodecs.jpegls_decode(source, out=frame)
    else:
        stored = "RGB" if colours else None  # the same before and after: nothing is converted
        imagecodecs.jpeg8_decode(source, colorspace=stored, outcolorspace=stored, out=frame)
    runner.set_option("bits_allocated", 8 * frame.itemsize)
    runner.set_option("planar_configuration", 0)
    return frame.tobytes()


def register() -> None:
    """Add the plugin to pydicom's decoders, once."""
    for syntax in DECODER_DEPENDENCIES:
        decoder = get_decoder(syntax)
        if LABEL not in decoder.available_plugins:
            decoder.add_plugin(LABEL, (__name__, decode_frame.__name__))
