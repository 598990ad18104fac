# SPDX-License-Identifier: Apache-2.0
"""A pydicom decoding plugin for 12-bit JPEG Extended, which GDCM decodes but pydicom's own GDCM plugin declines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydicom.pixels import get_decoder
from pydicom.uid import JPEGExtended12Bit

try:
    import gdcm
except ImportError:
    gdcm = None

if TYPE_CHECKING:
    from pydicom.pixels.decoders.base import DecodeRunner

DECODER_DEPENDENCIES = {JPEGExtended12Bit: ("python-gdcm",)}
LABEL = "gdcm, 12 bit"


def is_available(uid: str) -> bool:
    """Tell whether this plugin decodes a transfer syntax."""
    return gdcm is not None and uid in DECODER_DEPENDENCIES


def decode_frame(source: bytes, runner: DecodeRunner) -> bytes:
    """Decode one grey frame to little-endian words."""
    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(source)
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())

    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((runner.columns, runner.rows, 1))
    image.SetDataElement(element)
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(gdcm.PhotometricInterpretation.MONOCHROME2))
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.JPEGExtendedProcess2_4))
    image.SetPixelFormat(
        gdcm.PixelFormat(
            1, runner.bits_allocated, runner.bits_stored, runner.bits_stored - 1, runner.pixel_representation
        )
    )
    return image.GetBuffer().encode("utf-8", "surrogateescape")  # GDCM hands bytes over as str


def register() -> None:
    """Add the plugin to pydicom's decoder of JPEG Extended, once."""
    decoder = get_decoder(JPEGExtended12Bit)
    if LABEL not in decoder.available_plugins:
        decoder.add_plugin(LABEL, (__name__, decode_frame.__name__))
