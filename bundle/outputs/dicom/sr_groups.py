# SPDX-License-Identifier: Apache-2.0
"""The measurement groups of a report: one for each landmark and each measurement, with its place on the film."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from bundle.coordinates import to_scoord
from bundle.films.film_files import MANUFACTURER
from bundle.measurements import Concept, Measured, side_of
from bundle.outputs.dicom import concepts, content
from bundle.outputs.dicom.output import laterality, stable_uid
from bundle.results.film_result import FilmResult, Model

_FINDING_CATEGORY = Code("276214006", "SCT", "Finding category")


def landmark_groups(result: FilmResult, source: Dataset) -> list[Dataset]:
    """A group for each landmark on the film: its name, body part and side, its POINT, and the error to expect.

    OHIF takes the comment for the label of a point, and no point with a number in its group: so the error is a text.
    """
    own = concepts.own_codes(result.names)
    group = _Groups(result.model, source)
    errors = dict(zip(result.names, _expected_errors(result), strict=True))
    category = content.code(_FINDING_CATEGORY, codes.SCT.AnatomicalPoint)
    groups = []
    for name, point in result.on_film().items():
        items = [category, *_sites(name, result, source)]
        if errors[name]:
            items.append(content.text(concepts.EXPECTED_ERROR, errors[name]))
        groups.append(group("landmark", name, own[name], items, point[None]))
    return groups


def measurement_groups(result: FilmResult, source: Dataset) -> list[Dataset]:
    """A group for each measurement that can be shown: its value, and a line through its landmarks."""
    own = concepts.own_codes([measured.name for measured in result.measurements])
    points = result.points
    group = _Groups(result.model, source)
    groups = []
    for measured in shown_measurements(result):
        code = own[measured.name]
        coded = measured.definition.concept
        value = content.number(_code(coded) if coded else code, measured.value, concepts.UNITS[measured.unit])
        line = np.stack([points[name] for name in _line(measured, result.measurements)])
        groups.append(group("measurement", measured.name, code, [value], line))
    return groups


def shown_measurements(result: FilmResult) -> list[Measured]:
    """The measurements with a value whose landmarks are all on the film, so that a line can be drawn through them."""
    on_film = result.on_film()
    return [
        measured
        for measured in result.measurements
        if math.isfinite(measured.value)
        and (line := _line(measured, result.measurements))
        and on_film.keys() >= set(line)
    ]


class _Groups:
    """Makes the groups of one report; what all have in common is made once.

    Args:
        model: What found the points (TID 4019).
        source: The film.
    """

    def __init__(self, model: Model, source: Dataset) -> None:
        self.model = model
        self.film = source.SOPInstanceUID
        self.image = content.image(codes.SCT.Source, source, content.SELECTED)
        self.algorithm = [
            content.text(codes.DCM.AlgorithmName, model.name, content.MODIFIER),
            content.text(codes.DCM.AlgorithmVersion, model.version, content.MODIFIER),
            content.text(codes.DCM.AlgorithmManufacturer, MANUFACTURER, content.MODIFIER),
            content.code(codes.DCM.AlgorithmFamily, codes.DCM.ArtificialIntelligence, content.MODIFIER),
        ]

    def __call__(self, kind: str, name: str, code: Code, items: Sequence[Dataset], points: np.ndarray) -> Dataset:
        """Make the group of what has a name, a code, and points `[N, 2]` (x, y) on the film."""
        return content.container(
            codes.DCM.MeasurementGroup,
            [
                content.text(codes.DCM.TrackingIdentifier, name, content.CONTEXT),
                content.uid(codes.DCM.TrackingUniqueIdentifier, stable_uid(self.model, kind, self.film, name)),
                content.code(codes.DCM.Finding, code),
                content.text(codes.DCM.Comment, name),
                *self.algorithm,
                *items,
                content.region(codes.DCM.ImageRegion, to_scoord(points), self.image),
            ],
            template="1410",
        )


def _sites(name: str, result: FilmResult, source: Dataset) -> Iterator[Dataset]:
    """The body part of a landmark with its side: that of its name, else of the film."""
    if name in result.body_parts:
        turned = concepts.side(side_of(name) or laterality(source))
        sides = [content.code(codes.SCT.Laterality, turned, content.MODIFIER)] if turned else []
        yield content.code(codes.SCT.FindingSite, _code(result.body_parts[name]), content.MODIFIER, sides)


def _code(concept: Concept) -> Code:
    return Code(concept.code, concept.scheme, concept.meaning)


def _line(measured: Measured, others: Sequence[Measured]) -> list[str]:
    """Names of the landmarks of a measurement in order, none twice in a row; of a ratio or difference those of both."""
    by_name = {other.name: other for other in others}
    names = [name for _, name in measured.definition.landmarks()]
    for other in getattr(measured.definition, "of", ()):
        names += _line(by_name[other], others) if other in by_name else []
    return [name for name, _ in groupby(names)]


def _expected_errors(result: FilmResult) -> list[str]:
    """The error to expect of each landmark in mm, in pixels where the spacing is unknown; empty where it is unknown."""
    both = zip(result.expected_error_px, result.expected_error_mm, strict=True)
    values = [(mm, "mm") if math.isfinite(mm) else (px, "pixels") for px, mm in both]
    return [f"{value:.3g} {unit}" if math.isfinite(value) else "" for value, unit in values]
