# SPDX-License-Identifier: Apache-2.0
"""Landmarks as DICOM structured reports of template TID 1500: our own, and those that a viewer saves corrected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydicom import Dataset

from bundle.coordinates import from_scoord
from bundle.dataset.description import Point
from bundle.errors import DatasetError
from bundle.films.dicom_file import looks_like_dicom, read_dicom
from bundle.importers.annotations import Annotations, Unit
from bundle.importers.first_look import FirstLook
from bundle.importers.image_folder import ImageFolder
from bundle.importers.marked_film import AnnotationSource, MarkedFilm, NamedPoints, annotations_of, as_point

_REPORTS = "1.2.840.10008.5.1.4.1.1.88."
"""Beginning of the SOP classes of structured reports."""

_GROUP, _TRACKING, _FINDING, _REGION, _COMMENT = "125007", "112039", "121071", "111030", "121106"
_SITE = ("363698007", "G-C0E3")

_FREE_TEXT = ("CORNERSTONEFREETEXT", "CS3DTEXT")
"""Codes under which OHIF stores the label that a person typed."""

_TOOL = "Tools@"
"""In the tracking identifiers that OHIF writes: the name of its drawing tool, not of what was drawn."""


def recognise(look: FirstLook) -> str | None:
    """Why the source is of this format, or None."""
    return "it holds DICOM structured reports" if any(_is_report(file) for file in look.files) else None


def read_report(source: Path, images: Path | None, names: tuple[str, ...] | None) -> Annotations:
    """Read the measurement groups that have one POINT on a film of the folder of images.

    A point is called by the label that a person typed in the viewer, else by the tracking identifier, the finding site
    or the finding. The film is the one whose SOP Instance UID the point refers to. No element of the patient is read.

    Args:
        source: A report, or a folder of them; other files in it are passed over.
        images: Folder of the films; by default that of the reports.
        names: Names of the landmarks in order; by default the order of the first report.

    Raises:
        DatasetError: naming the report that is malformed, or whose film is missing.
    """
    reports = [file for file in FirstLook(source).files if _is_report(file)]
    if not reports:
        raise DatasetError(f"{source}: holds no DICOM structured report; give a report or a folder of them")
    folder = ImageFolder(images or reports[0].parent)
    uids = _films_by_uid(folder.folder)
    films = []
    for file in reports:
        by_film: dict[str, NamedPoints] = {}
        for uid, name, point in _points(file):
            by_film.setdefault(uid, NamedPoints()).mark(name, point, str(file))
        if not by_film:
            raise DatasetError(f"{file}: has no point on a film; leave it out, or mark its points in the viewer")
        for uid, points in by_film.items():
            if len(uids.get(uid, [])) != 1:
                count = len(uids.get(uid, []))
                raise DatasetError(
                    f"{file}: {count} films below {folder.folder} are the one it refers to, not one; "
                    "give the folder of the films with --images"
                )
            films.append(MarkedFilm(uids[uid][0].relative_to(folder.folder), str(file), points))
    return annotations_of(films, names, AnnotationSource(source, folder.folder, unit=Unit.PIXELS))


def _is_report(file: Path) -> bool:
    try:
        if not looks_like_dicom(file):
            return False
        return str(read_dicom(file, ["SOPClassUID"], pixels=False).get("SOPClassUID", "")).startswith(_REPORTS)
    except Exception:  # whatever a broken file leads the parser to: it is no report that could be read
        return False


def _films_by_uid(folder: Path) -> dict[str, list[Path]]:
    """DICOM objects with pixels below a folder, by their SOP Instance UID."""
    films: dict[str, list[Path]] = {}
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        try:
            header = read_dicom(file, ["SOPInstanceUID", "Rows"], pixels=False)
        except Exception:  # no DICOM file, or a broken one, which its own reader reports
            continue
        if "Rows" in header:
            films.setdefault(str(header.get("SOPInstanceUID", "")), []).append(file)
    return films


def _points(file: Path) -> Iterator[tuple[str, str, Point]]:
    """SOP Instance UID of the film, name and place of each point of a report."""
    try:
        report = read_dicom(file, ["SpecificCharacterSet", "ContentSequence"])
        groups = [group for group in _items(report) if _concept(group) == _GROUP]
        found = [marked for group in groups for marked in _marked(group, file)]
    except DatasetError:
        raise
    except Exception as error:  # whatever a broken file leads the parser to
        raise DatasetError(f"{file}: cannot be read as a structured report; save it in the viewer again") from error
    yield from found


def _items(item: Dataset) -> Iterator[Dataset]:
    """All content items below one, in order."""
    for child in item.get("ContentSequence", None) or []:
        yield child
        yield from _items(child)


def _code(item: Dataset, keyword: str) -> tuple[str, str]:
    """Value and meaning of the first code of a sequence; empty where there is none."""
    sequence = item.get(keyword) or [Dataset()]
    value = sequence[0].get("CodeValue") or sequence[0].get("LongCodeValue") or sequence[0].get("URNCodeValue")
    return str(value or ""), str(sequence[0].get("CodeMeaning", "")).strip()


def _concept(item: Dataset) -> str:
    return _code(item, "ConceptNameCodeSequence")[0]


def _marked(group: Dataset, file: Path) -> Iterator[tuple[str, str, Point]]:
    """The point of a measurement group; none for a group of lines, or of measurements alone."""
    regions = list(_regions(group))
    if not regions:
        return
    if len(regions) > 1:
        raise DatasetError(f"{file}: a group has {len(regions)} points; keep one point a landmark")
    name = _label(group)
    values = [float(value) for value in regions[0].GraphicData]
    images = [child for child in _items(regions[0]) if child.get("ValueType") == "IMAGE"]
    if regions[0].ValueType != "SCOORD" or len(values) < 2 or not images:
        raise DatasetError(f"{file}: the point {name!r} is not in pixels of a film; mark it on the film itself")
    reference = images[0].ReferencedSOPSequence[0]
    # OHIF's arrow is a POINT of two: its tip, and where its text stands
    yield str(reference.ReferencedSOPInstanceUID), name, as_point(from_scoord(values[:2]))


def _regions(group: Dataset) -> Iterator[Dataset]:
    """Points of a group: its image region, or what one of its measurements is inferred from."""
    for child in group.get("ContentSequence", None) or []:
        inferred = list(_items(child)) if child.get("ValueType") == "NUM" else []
        for item in [child, *inferred] if _concept(child) == _REGION else inferred:
            if item.get("ValueType") in ("SCOORD", "SCOORD3D") and item.get("GraphicType") == "POINT":
                yield item


def _label(group: Dataset) -> str:
    typed = comment = tracking = site = finding = ""
    for child in group.get("ContentSequence", None) or []:
        concept, (value, meaning) = _concept(child), _code(child, "ConceptCodeSequence")
        if value in _FREE_TEXT:
            typed = meaning
        elif concept == _COMMENT:
            comment = str(child.get("TextValue", ""))
        elif concept == _TRACKING and _TOOL not in str(child.get("TextValue", "")):
            tracking = str(child.get("TextValue", ""))
        elif concept in _SITE:
            site = meaning
        elif concept == _FINDING:
            finding = meaning
    return next((name.strip() for name in (typed, comment, tracking, site, finding) if name.strip()), "")
