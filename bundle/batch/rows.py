# SPDX-License-Identifier: Apache-2.0
"""From films to rows: one a film, whatever becomes of it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from bundle.batch.manifest import PATH, Entry
from bundle.errors import BundleError, ConfigurationError, RadiographError, StorageError, bundle_error
from bundle.films.dicom_file import read_dicom
from bundle.films.film_folder import film_item
from bundle.films.refusal import refused_by_name
from bundle.outputs.outputs import make_outputs
from bundle.outputs.prediction_json import prediction_document
from bundle.predictor import Predictor, Refusal
from bundle.results.film_result import FilmResult, Model

ANSWERED, REFUSED = "answered", "refused"
REPORT = "dicom_sr"

_NUMBER, _TEXT = pa.float64(), pa.string()
_LANDMARK = pa.struct(
    [("name", _TEXT)] + [(key, _NUMBER) for key in ("x", "y", "x_mm", "y_mm", "expected_error_px", "expected_error_mm")]
)
_MEASUREMENT = pa.struct([("name", _TEXT), ("value", _NUMBER), ("unit", _TEXT)])
MODEL = ("weights_sha256", "calibration_sha256", "measurements_sha256")
"""Columns that tell one model from another."""

_COLUMNS = pa.schema(
    [
        pa.field(PATH, _TEXT, nullable=False),
        pa.field("status", _TEXT, nullable=False),
        ("reason", _TEXT),
        ("sop_instance_uid", _TEXT),
        ("decision", _TEXT),
        ("expected_error_px", _NUMBER),
        ("landmarks", pa.list_(_LANDMARK)),
        ("not_looked_for", pa.list_(_TEXT)),
        ("measurements", pa.list_(_MEASUREMENT)),
        ("size", pa.list_(pa.int64())),
        ("spacing", pa.list_(_NUMBER)),
        ("spacing_provenance", _TEXT),
        ("warnings", pa.list_(_TEXT)),
        ("model", _TEXT),
        ("version", _TEXT),
        *((name, _TEXT) for name in MODEL),
    ]
)


def row_schema(columns: pa.Schema, reports: bool) -> pa.Schema:
    """The columns of the rows.

    Args:
        columns: Those of the manifest beside its paths.
        reports: Whether a film has its DICOM report among them.

    Raises:
        ConfigurationError: a column of the manifest has the name of one of ours.
    """
    ours = [*_COLUMNS, *([pa.field(REPORT, pa.binary())] if reports else [])]
    if taken := sorted({field.name for field in ours} & set(columns.names)):
        raise ConfigurationError(
            f"MANIFEST: results have a column {taken[0]} of their own; rename that of the manifest"
        )
    return pa.schema([*ours, *columns])


class FilmRows:
    """Makes the rows of films.

    Args:
        predictor: The model.
        reports: Whether to make the DICOM report of each film.

    Raises:
        ConfigurationError: reports need a library that is not installed.
    """

    def __init__(self, predictor: Predictor, reports: bool) -> None:
        if reports:
            make_outputs([REPORT], Path())
        self.predictor = predictor
        self.reports = reports

    def __call__(self, entries: Sequence[Entry]) -> list[dict[str, Any]]:
        """Make one row a film, in their order.

        Raises:
            StorageError: the disk takes no more.
            BundleError: the network can be applied to none of several films, or an archive gives no answer.
        """
        with ExitStack() as films:
            return self._rows([films.enter_context(entry.at_hand()) for entry in entries])

    def _rows(self, entries: Sequence[Entry]) -> list[dict[str, Any]]:
        items = [film_item(entry.file, entry.file.parent, entry.refused) for entry in entries]
        try:
            found = self.predictor.results(items)
        except Exception as error:  # of one film, it may be, and no other is to suffer from it
            if isinstance(bundle_error(error), StorageError):
                raise
            found = [self._alone(item) for item in items]
            if len(found) > 1 and all(isinstance(result, Refusal) for result in found):
                raise BundleError(
                    f"the network fails on every film ({type(error).__name__}); mend the machine or the device and "
                    "type the same command again, the films done are kept"
                ) from error
        return [self.row(entry, result) for entry, result in zip(entries, found, strict=True)]

    def refused(self, entry: Entry, reason: str) -> dict[str, Any]:
        """The row of a film that nobody looks at any more."""
        return {PATH: entry.path, "status": REFUSED, "reason": reason, **self._model(), **entry.columns}

    def row(self, entry: Entry, result: FilmResult | Refusal) -> dict[str, Any]:
        """The row of a film."""
        uid = {"sop_instance_uid": _sop_instance_uid(entry.file)}
        if isinstance(result, Refusal):
            return {**self.refused(entry, _without_name(result.reason, result.name)), **uid}
        document = prediction_document(result)
        shared = ("landmarks", "not_looked_for", "measurements", "size", "spacing", "spacing_provenance", "warnings")
        row = {
            PATH: entry.path,
            "status": ANSWERED,
            "reason": None,
            **uid,
            "decision": result.decision,
            "expected_error_px": (document["confidence"] or {}).get("expected_error_px"),
            **{key: document[key] for key in shared},
            **self._model(),
            **entry.columns,
        }
        if self.reports:
            row[REPORT] = self._report(result, row["warnings"])
        return row

    def _alone(self, item: dict[str, Any]) -> FilmResult | Refusal:
        try:
            with refused_by_name(item["name"], "it has no answer"):
                (result,) = self.predictor.results([item])
        except RadiographError as error:
            return Refusal(item["name"], Path(item["path"]), str(error))
        return result

    def _model(self) -> dict[str, Any]:
        return model_columns(self.predictor.record.model)

    def _report(self, result: FilmResult, warnings: list[str]) -> bytes | None:
        with tempfile.TemporaryDirectory() as folder:
            (output,) = make_outputs([REPORT], Path(folder)).values()
            try:
                with refused_by_name(result.name, "it cannot have this output"):
                    output(result)
                    return output.files(result)[0].read_bytes()
            except RadiographError as error:
                warnings.append(f"no {REPORT}: {_without_name(str(error), result.name)}")
                return None


def model_columns(model: Model) -> dict[str, Any]:
    """What a row says of the model."""
    columns = asdict(model)
    return {"model": columns.pop("name"), **columns}


def _sop_instance_uid(file: Path) -> str | None:
    """Of a DICOM file that can be parsed."""
    try:
        return str(read_dicom(file, ["SOPInstanceUID"], pixels=False).SOPInstanceUID)
    except Exception:  # whatever a picture or a broken file leads the parser to
        return None


def _without_name(sentence: str, name: str) -> str:
    return sentence.removeprefix(f"{name}: ").removeprefix(f"{Path(name).name}: ")
