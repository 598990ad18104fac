# SPDX-License-Identifier: Apache-2.0
"""The measurement files that are shipped, and which of them, or of the user's own, a model can use."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from bundle.errors import ConfigurationError
from bundle.measurements.concept import Concept, body_parts_of
from bundle.measurements.definition import Definition
from bundle.measurements.parsing import read_body_parts, read_definitions

SHIPPED = {file.stem: file for file in sorted((Path(__file__).parent / "sites").glob("*.yaml"))}
AUTOMATIC = "auto"


def choose_measurements(setting: str | Sequence[str], landmarks: Collection[str]) -> tuple[Definition, ...]:
    """Return what to measure with a model.

    Args:
        setting: `auto` for every shipped file whose landmarks the model has; else one or several names of shipped files
            or paths; an empty list for none.
        landmarks: Names of the model's landmarks.

    Raises:
        ConfigurationError: a name that is neither shipped nor a file, a file that cannot be used, a landmark that the
            model lacks, or a measurement defined twice.
    """
    if setting == AUTOMATIC:
        shipped = map(read_definitions, SHIPPED.values())
        return tuple(definition for file in shipped if _missing(file, landmarks) is None for definition in file)
    definitions: list[Definition] = []
    file_of: dict[str, str] = {}
    for path in map(_path, [setting] if isinstance(setting, str) else setting):
        file = read_definitions(path)
        if missing := _missing(file, landmarks):
            raise ConfigurationError(
                f"{path.name}: {missing}, which the model does not have (its landmarks are {', '.join(landmarks)}); "
                "correct the name, or choose other --measurements"
            )
        for definition in file:
            if other := file_of.get(definition.name):
                raise ConfigurationError(
                    f"{path.name}: measurement {definition.name!r}, name: is also one of {other}; rename it"
                )
            file_of[definition.name] = path.name
        definitions += file
    return tuple(definitions)


def find_body_parts(setting: str | Sequence[str], landmarks: Collection[str]) -> dict[str, Concept]:
    """Return the body part of each landmark for which a file has a code: a shipped one, or one of the setting.

    Args:
        setting: As that of `choose_measurements`; its files come after the shipped ones.
        landmarks: Names of the model's landmarks.

    Raises:
        ConfigurationError: a file that cannot be used.
    """
    own = [] if setting == AUTOMATIC else [setting] if isinstance(setting, str) else setting
    files = [*SHIPPED.values(), *map(_path, own)]
    return body_parts_of(landmarks, [part for file in files for part in read_body_parts(file)])


def _path(name: str) -> Path:
    path = SHIPPED.get(name, Path(name))
    if not path.is_file():
        raise ConfigurationError(
            f"measurements: {name!r} is neither {AUTOMATIC}, nor one of the shipped {', '.join(SHIPPED)}, nor a file; "
            "correct --measurements"
        )
    return path


def _missing(definitions: Sequence[Definition], landmarks: Collection[str]) -> str | None:
    """The first landmark that a file needs and the model lacks, with its place in the file."""
    for definition in definitions:
        for field, name in definition.landmarks():
            if name not in landmarks:
                return f"measurement {definition.name!r}, {field}: needs the landmark {name!r}"
    return None
