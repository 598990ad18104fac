# SPDX-License-Identifier: Apache-2.0
"""The worker as a processing module of mercure: a container that is given a folder of films, and one for results.

The contract is that of mercure's documentation: `MERCURE_IN_DIR` has films as `UID#UID.dcm` and the task, `task.json`;
what is in `MERCURE_OUT_DIR` in the end is sent on, and `result.json` there is shown with the task. A module that ends
with another code than 0 loses all its results, so a film that has none is told in `result.json` and by a report.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from pydicom import dcmread

from bundle.errors import ConfigurationError, RadiographError, StorageError
from bundle.files import require_writable, write_whole
from bundle.films.film_folder import find_films
from bundle.films.refusal import printable
from bundle.predictor import Predictor
from bundle.serve.answers import Answer, answers, load_models
from bundle.serve.configuration import Inference, RuleSection
from bundle.serve.reading import checked
from bundle.serve.reason_report import ELEMENTS as REPORTED
from bundle.serve.reason_report import can_be_reported, reason_report
from bundle.serve.rules import ELEMENTS, elements_of, is_film, model_for

_ANSWERED, _REFUSED, _LEFT_ALONE = "answered", "refused", "left_alone"
_DICOM = ".dcm"


def answer_task(environment: Mapping[str, str]) -> str:
    """Answer all films of a task of mercure.

    Args:
        environment: Has the folders.

    Returns:
        How many films have which outcome, for people.

    Raises:
        ConfigurationError: the task or its settings cannot be used.
        StorageError: the results cannot be written.
    """
    films, out = (_folder(environment, name) for name in ("MERCURE_IN_DIR", "MERCURE_OUT_DIR"))
    require_writable(out)
    inference = checked(Inference, _settings(films / "task.json"), films / "task.json")
    return answer_folder(films, out, load_models(inference, batch=1), inference.rules, inference.outputs)


def answer_folder(
    films: Path, out: Path, models: Mapping[str, Predictor], rules: Sequence[RuleSection], outputs: Sequence[str]
) -> str:
    """Answer all films of a folder; each has results, or a reason in `result.json` and in a report.

    Args:
        films: Their folder.
        out: Folder for the results, DICOM objects under their UIDs.
        models: By name.
        rules: The first one that a film fits chooses its model.
        outputs: What to make of a film.

    Returns:
        How many films have which outcome, for people.

    Raises:
        StorageError: the results cannot be written.
    """
    try:
        items = find_films(films)
    except RadiographError:  # there is none
        items = []
    records = [_record(item, out, models, rules, outputs) for item in items]
    content = json.dumps({"films": records}, indent=2, ensure_ascii=False) + "\n"
    _write(out / "result.json", content.encode())
    outcomes = [record["outcome"].replace("_", " ") for record in records]
    return ", ".join(f"{outcomes.count(each)} {each}" for each in ("answered", "refused", "left alone"))


def _folder(environment: Mapping[str, str], name: str) -> Path:
    folder = Path(environment.get(name, ""))
    if not environment.get(name) or not folder.is_dir():
        raise ConfigurationError(f"{name}: names no folder; run this as a module of mercure, or set it yourself")
    return folder


def _settings(task: Path) -> dict[str, Any]:
    """The settings of the module, as mercure hands them over."""
    try:
        settings = json.loads(task.read_text(encoding="utf-8"))["process"]["settings"]
    except OSError as error:
        raise ConfigurationError(f"{task}: cannot be read ({error.strerror}); mercure writes it") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(f"{task}: has no process.settings; write them in mercure, on the module") from error
    if not isinstance(settings, dict):
        raise ConfigurationError(f"{task}: process.settings are no fields with values; correct them in mercure")
    return settings


def _record(
    item: Mapping[str, Any],
    out: Path,
    models: Mapping[str, Predictor],
    rules: Sequence[RuleSection],
    outputs: Sequence[str],
) -> dict[str, Any]:
    """Answer a film, write what it has, and return what there is to say of it."""
    elements = _elements(Path(item["path"]))
    name = model_for(rules, elements)
    predictor = models.get(name or "")
    results: dict[str, bytes] = {}
    if elements and not is_film(elements):
        outcome, answer = _LEFT_ALONE, Answer(reason="it is no radiograph")
    elif predictor is None:
        outcome = _LEFT_ALONE if elements else _REFUSED
        answer = Answer(reason="it fits no rule" if elements else "its header cannot be read; send the film again")
    else:
        answer = _answer(predictor, item, outputs)
        outcome = _ANSWERED if answer.results else _REFUSED
        results = dict(answer.results)
        if answer.reason is not None and can_be_reported(elements):
            report = reason_report(elements, predictor.record.model, answer.reason)
            results[f"{item['name']}.reason{_DICOM}"] = report
    record = {
        "film": printable(item["name"]),
        "sop_instance_uid": elements.get("SOPInstanceUID"),
        "outcome": outcome,
        "reason": answer.reason,
        "model": name,
        "weights_sha256": predictor and predictor.weights.sha256,
        "decision": answer.decision,
        "not_made": answer.not_made,
        "results": [_written(out, *result) for result in results.items()],
    }
    return {key: value for key, value in record.items() if value not in (None, "", {}, [])}


def _elements(file: Path) -> dict[str, str]:
    try:
        return elements_of(file, sorted({*ELEMENTS, *REPORTED}))
    except OSError:
        return {}


def _answer(predictor: Predictor, item: Mapping[str, Any], outputs: Sequence[str]) -> Answer:
    """Answer one film by itself, so that whatever it leads to costs no other one its results."""
    try:
        with tempfile.TemporaryDirectory() as scratch:
            (answer,) = answers(predictor, [item], outputs, Path(scratch))
    except StorageError:
        raise
    except OSError as error:
        folder = tempfile.gettempdir()
        raise StorageError(f"{folder}: cannot be used ({error.strerror}); free space there") from error
    except Exception as error:  # whatever a film leads the network to; its text may quote the film
        return Answer(reason=f"it cannot be worked on ({type(error).__name__}); send the film again")
    return answer


def _written(out: Path, name: str, content: bytes) -> str:
    """Write a result, a DICOM object under its own UIDs as mercure names them, and return the name."""
    if name.endswith(_DICOM):
        made = dcmread(BytesIO(content), specific_tags=["SeriesInstanceUID", "SOPInstanceUID"])
        name = f"{made.SeriesInstanceUID}#{made.SOPInstanceUID}{_DICOM}"
    _write(out / name, content)
    return name


def _write(file: Path, content: bytes) -> None:
    write_whole(file, lambda partial: partial.write_bytes(content))
