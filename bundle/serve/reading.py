# SPDX-License-Identifier: Apache-2.0
"""Reading `node.yaml`: every mistake in it is told at once, before any work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from bundle.errors import BundleError, ConfigurationError
from bundle.files import require_writable, sha256_of
from bundle.outputs.outputs import OUTPUTS, make_outputs
from bundle.run_folder import weights_file
from bundle.schema_errors import all_faults, field_of
from bundle.serve.configuration import Inference, ModelSection, Node, OrthancSection
from bundle.serve.rules import conditions
from bundle.serve.seed import read_seed

Checked = TypeVar("Checked", bound=Inference)

_PATHS = {
    "orthanc": ("password_file", "certificate_authority", "client_certificate", "client_key"),
    "folder": ("films", "results"),
    "deidentify": ("seed_file",),
}
_DICOM = [name for name, place in OUTPUTS.items() if ".dicom." in place.module]


def read_node(file: Path) -> Node:
    """Read the configuration of a node; relative paths in it begin at its folder.

    Raises:
        ConfigurationError: listing every mistake, one sentence each.
    """
    return checked(Node, _parsed(file), file)


def checked(kind: type[Checked], written: dict[str, Any], file: Path) -> Checked:
    """Check what is written in a file, beginning relative paths at its folder.

    Args:
        kind: What is written.
        written: Its fields.
        file: Where they stand.

    Raises:
        ConfigurationError: listing every mistake, one sentence each.
    """
    sections, mistakes = _sections(kind, written)
    sections = _with_folder(sections, file.resolve().parent)
    mistakes += _mistakes(sections)
    if mistakes:
        listed = "".join(f"\n  - {mistake}" for mistake in mistakes)
        count = f"{len(mistakes)} mistakes" if len(mistakes) > 1 else "a mistake"
        raise ConfigurationError(f"{file}: has {count}:{listed}")
    return kind.model_construct(**sections)


def _parsed(file: Path) -> dict[str, Any]:
    try:
        written = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{file}: cannot be read ({error.strerror}); correct --config") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        problem = " ".join(str(error).split())
        raise ConfigurationError(f"{file}: is not valid YAML ({problem}); correct it there") from error
    if not isinstance(written, dict):
        raise ConfigurationError(f"{file}: holds no fields; write it as docs/how_to/pacs.md shows")
    return written


def _sections(kind: type[Inference], written: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The sections that are as they should be, and what is wrong with the others: each is judged by itself."""
    known = kind.model_fields
    mistakes = [
        f"{name}: there is no such field; take it out, or write one of {', '.join(known)}"
        for name in written
        if name not in known
    ]
    sections: dict[str, Any] = {}
    for name, field in known.items():
        if name not in written:
            if field.is_required():
                mistakes.append(f"{name}: is missing; write it")
            else:
                sections[name] = field.default
            continue
        try:
            sections[name] = _adapter(field).validate_python(written[name])
        except ValidationError as error:
            mistakes += [f"{_place(name, place)}: {wrong}; correct it" for place, wrong in all_faults(error)]
    return sections, mistakes


def _adapter(field: FieldInfo) -> TypeAdapter[Any]:
    return TypeAdapter(field.rebuild_annotation())


def _place(section: str, place: tuple[int | str, ...]) -> str:
    """A place as a person writes it, without the classes that pydicom tried in turn."""
    return field_of((section, *(key for key in place if not str(key).endswith("Section") and "[" not in str(key))))


def _with_folder(sections: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The sections with absolute paths."""
    changed = dict(sections)
    if "state" in sections:
        changed["state"] = folder / sections["state"]
    for name, fields in _PATHS.items():
        section = sections.get(name)
        if section is not None:
            paths = {field: folder / path for field in fields if (path := getattr(section, field)) is not None}
            changed[name] = section.model_copy(update=paths)
    if "models" in sections:
        changed["models"] = {
            name: model.model_copy(update={"weights": folder / model.weights})
            for name, model in sections["models"].items()
        }
    return changed


def _mistakes(sections: dict[str, Any]) -> list[str]:
    """What is wrong between the sections, and with what they name."""
    return [
        *_of_the_way(sections),
        *_of_models(sections.get("models", {})),
        *_of_rules(sections),
        *_of_outputs(sections),
        *_of_folders(sections),
        *_of_orthanc(sections.get("orthanc")),
        *_of_deidentification(sections),
    ]


def _of_the_way(sections: dict[str, Any]) -> Iterator[str]:
    if not {"orthanc", "folder", "destination"} <= sections.keys():
        return
    orthanc, folder, destination = (sections[name] for name in ("orthanc", "folder", "destination"))
    if (orthanc is None) == (folder is None):
        yield "orthanc, folder: films come from one of them; write one, and only one"
    elif orthanc is not None and destination is None:
        yield "destination: is missing; write modality or dicomweb with a name that Orthanc knows, or the word none"
    elif folder is not None and destination is not None:
        yield "destination: results of a folder go to folder.results; take it out"
    if folder is not None and sections.get("keep_days") is not None:
        yield "keep_days: films in a folder are never removed; take it out"
    if destination not in (None, "none") and (destination.modality is None) == (destination.dicomweb is None):
        yield "destination: results go one way; write modality or dicomweb, and only one"


def _of_models(models: dict[str, ModelSection]) -> Iterator[str]:
    for name, model in models.items():
        try:
            found = sha256_of(weights_file(model.weights))
        except OSError as error:
            yield f"models.{name}.weights: {model.weights} cannot be read ({error.strerror}); correct it"
        except BundleError as error:
            yield f"models.{name}.weights: {error}"
        else:
            if found != model.sha256.lower():
                yield f"models.{name}.sha256: the weights have {found}; write that if they are the ones you mean"


def _of_rules(sections: dict[str, Any]) -> Iterator[str]:
    if not {"rules", "models"} <= sections.keys():
        return
    rules, models = sections["rules"], sections["models"]
    for place, rule in enumerate(rules):
        if rule.model not in models:
            yield f"rules[{place}].model: there is no model {rule.model!r}; write one of {', '.join(models)}"
        if not conditions(rule) and place + 1 < len(rules):
            yield f"rules[{place}]: has no condition, so that no later rule is ever used; move it to the end"
    for name in models.keys() - {rule.model for rule in rules}:
        yield f"models.{name}: no rule uses it; write a rule, or take the model out"


def _of_outputs(sections: dict[str, Any]) -> Iterator[str]:
    for name in sections.get("outputs", ()):
        try:
            (output,) = make_outputs([name], Path()).values()
        except ConfigurationError as error:
            yield str(error).replace("--outputs", "it")
            continue
        if output.grows:
            yield f"outputs: {name} is one file for many films, and each is done by itself here; take it out"
        elif sections.get("orthanc") is not None and name not in _DICOM:
            yield f"outputs: {name} is no DICOM object, which Orthanc could keep; write some of {', '.join(_DICOM)}"


def _of_folders(sections: dict[str, Any]) -> Iterator[str]:
    folder = sections.get("folder")
    to_write = [("state", sections["state"])] if "state" in sections else []
    if folder is not None:
        to_write.append(("folder.results", folder.results))
        if not folder.films.is_dir():
            yield f"folder.films: there is no folder {folder.films}; make it, or correct it"
    for name, path in to_write:
        try:
            require_writable(path)
        except BundleError as error:
            yield f"{name}: {error}"
        if folder is not None and path.resolve().is_relative_to(folder.films.resolve()):
            yield f"{name}: lies in folder.films, where it would be taken for films; write another folder"


def _of_orthanc(orthanc: OrthancSection | None) -> Iterator[str]:
    if orthanc is None:
        return
    for field in _PATHS["orthanc"]:
        path = getattr(orthanc, field)
        try:
            if path is not None and not path.read_text(encoding="utf-8").strip():
                yield f"orthanc.{field}: {path} is empty; write what it is for"
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no text"
            yield f"orthanc.{field}: {path} cannot be read ({reason}); correct it"
    if (orthanc.user is None) != (orthanc.password_file is None):
        yield "orthanc.user, orthanc.password_file: one needs the other; write both, or none"
    if (orthanc.client_certificate is None) != (orthanc.client_key is None):
        yield "orthanc.client_certificate, orthanc.client_key: one needs the other; write both, or none"


def _of_deidentification(sections: dict[str, Any]) -> Iterator[str]:
    section = sections.get("deidentify")
    if section is None:
        return
    if sections.get("destination") == "none":
        yield "deidentify: in Orthanc, films would stay beside their originals; write another destination than none"
    try:
        read_seed(section.seed_file)
    except ConfigurationError as error:
        yield f"deidentify.seed_file: {error}"
