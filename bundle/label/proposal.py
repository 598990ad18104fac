# SPDX-License-Identifier: Apache-2.0
"""What a model says of a film, in a file of its own: a proposal is no label, and never written into one."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ConfigDict, TypeAdapter, ValidationError

from bundle.files import write_text
from bundle.label.shown_films import Geometry
from bundle.label.shown_label import shown_points
from bundle.label.study import Study
from bundle.results.film_result import FilmResult

PROPOSALS = "proposals"
_DECIMALS = 3


@dataclass(frozen=True)
class Proposal:
    """The landmarks of a film by a model.

    Attributes:
        film: Path of the film below the folder of films.
        model: SHA-256 of the weights.
        study: Revision of the study whose names the landmarks have.
        points: (x, y) in pixels of the stored image, by landmark; those that were not found are left out.
        expected: By landmark, in pixels: the error to expect; of a model that is not calibrated their spread, by
            which films can be ranked.
        calibrated: Whether these are errors.
        limit: Mean of them from which on the film is to be looked at; None where not calibrated.
        size: Width and height of the stored image.
        spacing: Its mm per pixel along x and y; None where unknown.
        decision: accept or review; None where not calibrated.
        reasons: Why it is to be reviewed.
    """

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)

    film: str
    model: str
    study: int
    points: dict[str, tuple[float, float]]
    expected: dict[str, float]
    calibrated: bool
    limit: float | None
    size: tuple[int, int]
    spacing: tuple[float, float] | None
    decision: str | None
    reasons: tuple[str, ...]

    @property
    def mean_expected(self) -> float:
        """Mean of `expected`; infinite where nothing was found, since nobody can be less sure."""
        return sum(self.expected.values()) / len(self.expected) if self.expected else math.inf

    @property
    def mm_per_pixel(self) -> float | None:
        """Of the longer side of a pixel, since an expected error has no direction; None where unknown."""
        return self.spacing and max(self.spacing)


def proposal_of(result: FilmResult, film: str, study: int, calibrated: bool) -> Proposal:
    """The proposal that a record of a film is.

    Args:
        result: What the model found, with what it expects of each landmark.
        film: Path of the film below the folder of films.
        study: Revision of the study whose names the model has.
        calibrated: Whether the model is.
    """
    points = {name: (round(float(x), _DECIMALS), round(float(y), _DECIMALS)) for name, (x, y) in result.points.items()}
    expected = zip(result.names, result.expected_error_px.tolist(), strict=True)
    x, y = map(float, result.spacing)
    limit = result.confidence.error_limit if result.confidence and calibrated else math.inf
    return Proposal(
        film=film,
        model=result.model.weights_sha256,
        study=study,
        points={name: point for name, point in points.items() if np.isfinite(point).all()},
        expected={name: round(value, _DECIMALS) for name, value in expected if math.isfinite(value)},
        calibrated=calibrated,
        limit=round(limit, _DECIMALS) if math.isfinite(limit) else None,
        size=result.size,
        spacing=(x, y) if math.isfinite(x + y) else None,
        decision=result.decision if calibrated else None,
        reasons=result.reasons if calibrated else (),
    )


def with_names_of(proposal: Proposal, study: Study) -> Proposal:
    """The proposal with the names that its landmarks have now."""

    def new(name: str) -> str:
        return study.name_now(name, proposal.study)

    return replace(
        proposal,
        study=study.revision,
        points={new(name): point for name, point in proposal.points.items()},
        expected={new(name): value for name, value in proposal.expected.items()},
    )


def shown_proposal(proposal: Proposal, study: Study, geometry: Geometry) -> dict[str, Any]:
    """A proposal for a page: lists in the order of the landmarks, points in pixels of the film as it is shown."""
    scale, limit = proposal.mm_per_pixel, proposal.limit
    expected = [proposal.expected.get(name) for name in study.landmarks] if proposal.calibrated else None
    return {
        "model": proposal.model,
        "points": shown_points(proposal.points, study.landmarks, geometry),
        "expected_error": expected,
        "expected_error_mm": expected and scale and [value and round(value * scale, _DECIMALS) for value in expected],
        "confidence": expected and limit and [None if value is None else trust(value, limit) for value in expected],
        "decision": proposal.decision,
        "reasons": proposal.reasons,
    }


def trust(expected: float, limit: float) -> float:
    """From 1, sure, to 0: a half where the expected error is at the limit from which on a film is to be reviewed."""
    return round(1 / (1 + expected / limit), _DECIMALS)


_PROPOSAL = TypeAdapter(Proposal)


def write_proposal(file: Path, proposal: Proposal) -> None:
    """Write a proposal whole or not at all.

    Raises:
        BundleError: the folder cannot be written to, or the disk is full.
    """
    write_text(file, _PROPOSAL.dump_json(proposal, indent=1).decode() + "\n")


def read_proposal(file: Path) -> Proposal | None:
    """Read a proposal; None where there is none that can be read, since the model can be asked again."""
    try:
        return _PROPOSAL.validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return None
