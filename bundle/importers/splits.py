# SPDX-License-Identifier: Apache-2.0
"""Dividing imported films into training, validation and test."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bundle.dataset.description import Film
from bundle.dataset.draws import drawn_films
from bundle.errors import ConfigurationError, DatasetError
from bundle.films.suffix import without_suffix
from bundle.importers.annotations import Annotations
from bundle.importers.entries import read_json
from bundle.importers.parsing import quoted

DEFAULT_TEST_FRACTION = 0.2
DEFAULT_VALIDATION_FILMS = 20
DEFAULT_VALIDATION_FRACTION = 0.1

# The lists of a splits.json and the split each fills.
_LISTS = {"train": "training", "validation": "validation", "test": "test", "unlabeled": "unlabeled"}


@dataclass(frozen=True)
class Holdout:
    """How films are held out of training where the source does not say it.

    Attributes:
        test_fraction: Part of the films that becomes the test split; None for a fifth.
        validation: Number of training films that become the validation split; None for 20, or a tenth if that is fewer.
        seed: Number of the random choice.
    """

    test_fraction: float | None = None
    validation: int | None = None
    seed: int = 0


def split_films(annotations: Annotations, holdout: Holdout) -> dict[str, tuple[Film, ...]]:
    """Divide films by the source's own split as far as it has one, at random for the rest.

    Films without a known landmark that no list of the source claims are unlabelled.

    Returns:
        Films of `training`, `validation`, `unlabeled` and `test`.

    Raises:
        ConfigurationError: the holdout contradicts the source or leaves no film to train on.
    """
    films: dict[str, list[Film]] = {split: [] for split in _LISTS.values()}
    for film in annotations.films:
        films[annotations.splits.get(film.image) or ("training" if film.labelled else "unlabeled")].append(film)
    if not annotations.splits:
        fraction = DEFAULT_TEST_FRACTION if holdout.test_fraction is None else holdout.test_fraction
        if not 0 <= fraction < 1:
            raise ConfigurationError(f"--test_fraction is {fraction}; choose at least 0 and less than 1")
        films["test"] = _hold_out(films["training"], round(fraction * len(films["training"])), holdout.seed)
    elif holdout.test_fraction is not None:
        raise ConfigurationError("--test_fraction is given but the source has its own split; leave the option out")
    if not films["validation"]:
        films["validation"] = _hold_out(films["training"], _validation_count(films["training"], holdout), holdout.seed)
    elif holdout.validation is not None:
        raise ConfigurationError(
            "--validation is given but the source has its own validation films; leave the option out"
        )
    return {split: tuple(members) for split, members in films.items()}


def read_splits(file: Path, films: Sequence[Film]) -> Mapping[Path, str]:
    """Read lists of `train`, `test` and, if any, `validation` and `unlabeled` ids from a JSON file.

    An id is an image's path, its file name, or its file name without suffix.

    Returns:
        The split of each film's image.

    Raises:
        DatasetError: a list is malformed, an id fits no film, or a film is in no list or in two.
    """
    by_id: dict[str, set[Path]] = {}
    for image in (film.image for film in films):
        for name in (image.as_posix(), image.name, without_suffix(image.name)):
            by_id.setdefault(unicodedata.normalize("NFC", name), set()).add(image)
    splits: dict[Path, str] = {}
    for key, ids in read_json(file).members().items():
        if key not in _LISTS:
            raise DatasetError(f"{ids.where} is not one of the lists {', '.join(_LISTS)}; rename or remove it")
        for entry in ids.elements():
            name = unicodedata.normalize("NFC", entry.text())
            found = by_id.get(name, set())
            if not found:
                raise DatasetError(f"{entry.where} {quoted(name)} is none of the films; correct or remove it")
            if len(found) > 1:
                raise DatasetError(f"{entry.where} {quoted(name)} is the name of {len(found)} films; write its path")
            (image,) = found
            if image in splits:
                raise DatasetError(f"{entry.where} {quoted(name)} is listed before; keep each film in one split")
            splits[image] = _LISTS[key]
    for film in films:
        if film.image not in splits:
            raise DatasetError(f"{file}: {film.image.as_posix()} is in none of the lists; add it to one")
    return splits


def _validation_count(training: Sequence[Film], holdout: Holdout) -> int:
    if holdout.validation is None:
        return min(DEFAULT_VALIDATION_FILMS, round(DEFAULT_VALIDATION_FRACTION * len(training)))
    if not 0 <= holdout.validation < len(training):
        raise ConfigurationError(
            f"--validation is {holdout.validation} of {len(training)} training films; choose 0 to {len(training) - 1}"
        )
    return holdout.validation


def _hold_out(training: list[Film], count: int, seed: int) -> list[Film]:
    """Take films out of training, keeping their order."""
    if count == 0:
        return []
    chosen = set(drawn_films(training, count, seed))
    held_out = [film for index, film in enumerate(training) if index in chosen]
    training[:] = [film for index, film in enumerate(training) if index not in chosen]
    return held_out
