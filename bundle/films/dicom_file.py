# SPDX-License-Identifier: Apache-2.0
"""Telling a DICOM file by its content, and parsing it: with or without preamble and file meta information, deflated."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pydicom
from pydicom.config import disable_value_validation
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.errors import InvalidDicomError
from pydicom.filereader import read_dataset, read_preamble
from pydicom.tag import BaseTag, Tag
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)
from pydicom.valuerep import VR

from bundle.errors import RadiographError
from bundle.films.dicom_elements import MOST_PIXELS
from bundle.films.suffix import FileName

_BEGINNING = 1 << 12
"""Bytes in which a file without preamble has to name its class; what stands before is a few short elements."""
_FIRST_GROUPS = (b"\x08\x00", b"\x00\x08")
_DICOM_UIDS = "1.2.840.10008."
_NATIVE: dict[tuple[bool | None, bool | None], UID] = {
    (True, True): ImplicitVRLittleEndian,
    (False, True): ExplicitVRLittleEndian,
    (False, False): ExplicitVRBigEndian,
}
"""Transfer syntax by (implicit VR, little endian)."""
_ITEM = struct.Struct("<II")
"""Tag and length of a fragment."""
_UNDEFINED_LENGTH = 0xFFFFFFFF
_MOST_BESIDE_PIXELS = 1 << 24
"""Bytes that the elements of a deflated film may take beside its pixels."""


def looks_like_dicom(file: FileName) -> bool:
    """Tell a DICOM file by its first bytes, whatever its name.

    It has the preamble's `DICM`; or begins with file meta information, or with a data set that names a class of DICOM,
    as old archives and toolkits write them. An empty file and other content do not.

    Raises:
        OSError: the file cannot be opened.
    """
    with Path(file).open("rb") as stream:
        beginning = stream.read(_BEGINNING)
    return beginning[128:132] == b"DICM" or _begins_with_meta(beginning) or _names_its_class(beginning)


def read_dicom(file: FileName, elements: Sequence[BaseTag | str] | None = None, *, pixels: bool = True) -> FileDataset:
    """Parse a DICOM file; a transfer syntax that no file meta information states is told from the data set.

    Args:
        file: Path of the file.
        elements: Keywords or tags of the elements to parse, all where None.
        pixels: Whether to read on to the pixels.

    Raises:
        InvalidDicomError: the content is not DICOM's.
        RadiographError: a deflated data set that is cut short, or unpacks to more than its film.
        OSError: the file cannot be opened.
        Exception: whatever a damaged element leads pydicom to.
    """
    if not looks_like_dicom(file):
        raise InvalidDicomError
    tags = None if elements is None else [Tag(element) for element in elements]
    source: BinaryIO
    with disable_value_validation(), Path(file).open("rb") as stream:  # the warnings of validation quote values
        meta = _file_meta(stream)
        if is_deflated := meta.get("TransferSyntaxUID") == DeflatedExplicitVRLittleEndian:
            source = BytesIO(_inflated(stream.read(), Path(file).name))
        else:
            stream.seek(0)
            source = stream
        dataset = pydicom.dcmread(source, stop_before_pixels=not pixels, force=True, specific_tags=tags)
    if is_deflated:
        dataset.file_meta, dataset.filename = meta, str(file)
    if not dataset.file_meta.get("TransferSyntaxUID") and not _is_encapsulated(dataset):
        dataset.file_meta.TransferSyntaxUID = _NATIVE[dataset.original_encoding]
    return dataset


def claims_more_than_it_holds(dataset: Dataset) -> bool:
    """Whether an element or fragment, in a sequence too, states more bytes than there are: ITK allocates them all."""
    for tag in list(dataset.keys()):
        element = dataset.get_item(tag)
        if isinstance(element, RawDataElement) and _claimed(element) > len(element.value or b""):
            return True
        if element.VR == VR.SQ and any(map(claims_more_than_it_holds, dataset[tag].value)):
            return True
    return False


def _claimed(element: RawDataElement) -> int:
    """Bytes that an element states, or the fragments in one of undefined length."""
    if element.length != _UNDEFINED_LENGTH:
        return element.length
    value, end = element.value or b"", 0
    while end + _ITEM.size <= len(value):
        end += _ITEM.size + _ITEM.unpack_from(value, end)[1]
    return end


def _begins_with_meta(beginning: bytes) -> bool:
    group, element, vr = beginning[:2], beginning[2:4], beginning[4:6]
    return group == b"\x02\x00" and (element, vr) in ((b"\0\0", b"UL"), (b"\1\0", b"OB"), (b"\2\0", b"UI"))


def _names_its_class(beginning: bytes) -> bool:
    if beginning[:2] not in _FIRST_GROUPS:
        return False
    try:
        with disable_value_validation():
            header = pydicom.dcmread(BytesIO(beginning), force=True, specific_tags=["SOPClassUID"])
            sop_class = UID(str(header.get("SOPClassUID", "")))
    except Exception:  # pydicom raises whatever other content leads to
        return False
    return sop_class.is_valid and sop_class.startswith(_DICOM_UIDS)


def _file_meta(stream: BinaryIO) -> FileMetaDataset:
    """File meta information of a file, which is then open where its data set begins."""
    read_preamble(stream, force=True)
    return FileMetaDataset(read_dataset(stream, False, True, stop_when=_is_beyond_meta))


def _is_beyond_meta(tag: BaseTag, vr: str | None, length: int) -> bool:
    return tag.group != 2


def _is_encapsulated(dataset: FileDataset) -> bool:
    return "PixelData" in dataset and bool(dataset["PixelData"].is_undefined_length)


def _inflated(packed: bytes, name: str) -> bytes:
    """Unpack a deflated data set to no more than its Rows and Columns account for; three megabytes may hold three GB.

    Raises:
        RadiographError: it is cut short, or goes on beyond that.
    """
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    unpacked = inflate.decompress(packed, _MOST_BESIDE_PIXELS)
    if inflate.unconsumed_tail:
        unpacked += inflate.decompress(inflate.unconsumed_tail, _pixel_bytes(unpacked))
    if not inflate.eof:
        flaw = "unpacks to more than its Rows x Columns" if inflate.unconsumed_tail else "is cut short"
        raise RadiographError(f"{name}: its deflated data set {flaw}; copy the file again from its source")
    return unpacked


def _pixel_bytes(unpacked: bytes) -> int:
    """Bytes of the pixels that a data set, which may end within them, describes; at least one."""
    tags = ["Rows", "Columns", "SamplesPerPixel", "BitsAllocated"]
    header = pydicom.dcmread(BytesIO(unpacked), force=True, stop_before_pixels=True, specific_tags=tags)
    pixels = min(int(header.get("Rows") or 0) * int(header.get("Columns") or 0), MOST_PIXELS)
    samples, bits = int(header.get("SamplesPerPixel") or 1), int(header.get("BitsAllocated") or 16)
    return max(1, pixels * min(samples, 3) * min(bits, 32) // 8)
