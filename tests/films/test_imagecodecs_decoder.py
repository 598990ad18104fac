# SPDX-License-Identifier: Apache-2.0
"""The decoding plugin for the JPEG processes that Pillow does not know."""

from __future__ import annotations

import pydicom
from pydicom.data import get_testdata_file
from pydicom.pixels import get_decoder
from pydicom.uid import JPEGBaseline8Bit, JPEGExtended12Bit

from bundle.films import imagecodecs_decoder


def test_a_file_of_another_writer_has_its_known_values():
    imagecodecs_decoder.register()
    film = pydicom.dcmread(get_testdata_file("JPGExtended.dcm", download=False))
    film.pixel_array_options(decoding_plugin=imagecodecs_decoder.LABEL)
    pixels = film.pixel_array
    assert pixels.shape == (1024, 256)
    # The values that pydicom's own tests state for this file, as decoded by another library.
    assert (pixels[420, 140], pixels[230, 120]) == (244, 95)


def test_registering_again_changes_nothing():
    imagecodecs_decoder.register()
    before = get_decoder(JPEGExtended12Bit).available_plugins
    imagecodecs_decoder.register()
    assert get_decoder(JPEGExtended12Bit).available_plugins == before
    assert imagecodecs_decoder.LABEL in before


def test_it_offers_itself_for_its_encodings_only():
    assert imagecodecs_decoder.is_available(JPEGExtended12Bit)
    assert not imagecodecs_decoder.is_available(JPEGBaseline8Bit)
