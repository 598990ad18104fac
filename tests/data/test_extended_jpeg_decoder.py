# SPDX-License-Identifier: Apache-2.0
"""The decoding plugin for 12-bit JPEG Extended."""

from __future__ import annotations

import pydicom
from pydicom.data import get_testdata_file
from pydicom.pixels import get_decoder
from pydicom.uid import JPEGBaseline8Bit, JPEGExtended12Bit

from bundle.data import extended_jpeg_decoder


def test_a_file_of_another_writer_has_its_known_values():
    extended_jpeg_decoder.register()
    pixels = pydicom.dcmread(get_testdata_file("JPGExtended.dcm", download=False)).pixel_array
    assert pixels.shape == (1024, 256)
    # The values that pydicom's own tests state for this file, as decoded by another library.
    assert (pixels[420, 140], pixels[230, 120]) == (244, 95)


def test_registering_again_changes_nothing():
    extended_jpeg_decoder.register()
    before = get_decoder(JPEGExtended12Bit).available_plugins
    extended_jpeg_decoder.register()
    assert get_decoder(JPEGExtended12Bit).available_plugins == before
    assert extended_jpeg_decoder.LABEL in before


def test_it_offers_itself_for_its_encoding_only(monkeypatch):
    assert extended_jpeg_decoder.is_available(JPEGExtended12Bit)
    assert not extended_jpeg_decoder.is_available(JPEGBaseline8Bit)
    monkeypatch.setattr(extended_jpeg_decoder, "gdcm", None)
    assert not extended_jpeg_decoder.is_available(JPEGExtended12Bit)
