# SPDX-License-Identifier: Apache-2.0
"""From films to what is to be delivered of them: results, or a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bundle.errors import BundleError, CheckpointError, ConfigurationError, RadiographError
from bundle.films.refusal import refused_by_name
from bundle.outputs.outputs import make_outputs
from bundle.predictor import Predictor, Refusal
from bundle.results.film_result import FilmResult
from bundle.serve.configuration import Inference

_REPORT = "dicom_sr"


@dataclass(frozen=True)
class Answer:
    """What became of a film.

    Attributes:
        results: Content of the result files by name.
        reason: Why there is nothing to tell a reader but this; None where the results tell enough.
        not_made: Outputs that the film could not have, and why.
        decision: `accept` or `review`; None where the network is not calibrated or the film refused.
    """

    results: dict[str, bytes] = field(default_factory=dict)
    reason: str | None = None
    not_made: dict[str, str] = field(default_factory=dict)
    decision: str | None = None


def load_models(inference: Inference, batch: int) -> dict[str, Predictor]:
    """Load every model.

    Args:
        inference: Which ones.
        batch: Films at a time.

    Raises:
        ConfigurationError: listing those that cannot be used.
    """
    models, mistakes = {}, []
    for name, section in inference.models.items():
        try:
            models[name] = Predictor(section.weights, inference.device, batch)
            models[name].estimator  # noqa: B018  # it is read when first needed, and that is now
            if models[name].weights.sha256 != section.sha256.lower():
                raise CheckpointError("the weights have been changed since they were checked; start again")
        except BundleError as error:
            mistakes.append(f"models.{name}: {error}")
    if mistakes:
        raise ConfigurationError("; ".join(mistakes))
    return models


def answers(
    predictor: Predictor, items: Sequence[Mapping[str, Any]], outputs: Sequence[str], scratch: Path
) -> list[Answer]:
    """Answer films, which make one batch, in their order.

    Args:
        predictor: The model.
        items: The films.
        outputs: What to make, names of `bundle.outputs.outputs.OUTPUTS`.
        scratch: Folder for the results on their way.

    Raises:
        StorageError: the disk takes no more.
        Exception: whatever ends the batch.
    """
    found = predictor.results(items)
    return [_answer(result, item["name"], outputs, scratch) for result, item in zip(found, items, strict=True)]


def _answer(result: FilmResult | Refusal, name: str, outputs: Sequence[str], scratch: Path) -> Answer:
    if isinstance(result, Refusal):
        return Answer(reason=_without_name(result.reason, name))
    results: dict[str, bytes] = {}
    not_made: dict[str, str] = {}
    for kind, output in make_outputs(outputs, scratch).items():
        try:
            with refused_by_name(name, "it cannot have this output"):
                output(result)
                for file in output.files(result):
                    results[file.relative_to(scratch).as_posix()] = file.read_bytes()
        except RadiographError as error:
            not_made[kind] = _without_name(str(error), name)
    # a report says by itself that landmarks were not found; a state or picture that is missing says nothing
    untold = _REPORT in not_made or (not_made and _REPORT not in outputs)
    reason = (not_made.get(_REPORT) or next(iter(not_made.values()))) if untold else None
    return Answer(results, reason, not_made, result.decision)


def _without_name(sentence: str, name: str) -> str:
    return sentence.removeprefix(f"{name}: ").removeprefix(f"{Path(name).name}: ")
