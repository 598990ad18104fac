# SPDX-License-Identifier: Apache-2.0
"""A dataset of synthetic radiographs: DICOM films and the `dataset.json` that describes them."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from bundle.dataset.description import FILE_NAME, DatasetDescription, Film, read_dataset, write_dataset
from bundle.errors import ConfigurationError, DatasetError
from bundle.synthetic import dicom
from bundle.synthetic.anatomy import Site
from bundle.synthetic.film import arrange, take

SITES = ("pelvis", "hand", "chest")
SPLITS = ("training", "validation", "unlabeled", "test")
FILMS = "films"


@dataclass(frozen=True)
class Request:
    """What every film of a sample has in common: the site, the seed and the longest side in pixels."""

    site: str
    seed: int
    size: int


def load_site(name: str) -> Site:
    """The anatomical site of a name.

    Raises:
        ConfigurationError: There is no such site.
    """
    if name not in SITES:
        raise ConfigurationError(f"site: {name!r} is not known; choose {', '.join(SITES[:-1])} or {SITES[-1]}")
    site: Site = import_module(f"bundle.synthetic.anatomy_{name}").SITE
    return site


def write_sample(
    site: str,
    out_dir: str | Path,
    labelled: int,
    validation: int,
    unlabelled: int,
    test: int,
    seed: int = 0,
    size: int = 512,
    workers: int = 1,
) -> None:
    """Write synthetic films and their `dataset.json`; films that an earlier run with the same seed left are kept.

    Film i of a split depends on the site, the seed, the size, the split and i only.

    Args:
        site: "pelvis", "hand" or "chest".
        out_dir: Folder of the dataset, made if missing.
        labelled: Number of training films with landmarks.
        validation: Number of validation films.
        unlabelled: Number of films without landmarks.
        test: Number of test films.
        seed: Seed of the whole dataset.
        size: Longest side of a film in pixels.
        workers: Number of processes.

    Raises:
        ConfigurationError: An argument is out of range.
        DatasetError: The folder holds another dataset or cannot be written to.
    """
    known = load_site(site)
    counts = dict(zip(SPLITS, (labelled, validation, unlabelled, test), strict=True))
    _check_numbers(counts, seed, size, workers)
    request = Request(site, seed, size)
    folder = Path(out_dir)
    _check_folder(folder, request)
    tasks = [(split, index) for split in SPLITS for index in range(counts[split])]
    films: dict[str, list[Film]] = {split: [] for split in SPLITS}
    with _finished(tasks, partial(write_film, request, folder), workers) as finished:
        shown = tqdm(finished, site, len(tasks), disable=None, unit="film")
        for (split, _), film in zip(tasks, shown, strict=True):
            films[split].append(film)
    write_dataset(folder, _description(request, known, films))


def write_film(request: Request, folder: Path, task: tuple[str, int]) -> Film:
    """Write film number `task[1]` of split `task[0]`, unless it is there already, and return its entry.

    Raises:
        DatasetError: The film cannot be written.
    """
    split, index = task
    site = load_site(request.site)
    key = (request.site, request.seed, request.size, split, index)
    setting_stream, film_stream = np.random.SeedSequence(
        [request.seed, request.size, SITES.index(request.site), SPLITS.index(split), index]
    ).spawn(2)
    setting = arrange(site, request.size, np.random.default_rng(setting_stream))
    image = Path(FILMS) / f"synthetic_{request.site}_{split}_{index:06d}.dcm"
    if not dicom.holds(folder / image, dicom.instance_uid(*key)):
        rng = np.random.default_rng(film_stream)
        grey = take(setting, site, rng)
        try:
            dicom.write(folder / image, grey, setting, site, key, rng)
        except OSError as error:
            raise DatasetError(f"{image}: cannot be written ({error.strerror}); free space and run again") from error
    if split == "unlabeled":
        return Film(image)
    return Film(
        image, tuple(None if np.isnan(x) else (round(float(x), 3), round(float(y), 3)) for x, y in setting.landmarks)
    )


def _check_numbers(counts: dict[str, int], seed: int, size: int, workers: int) -> None:
    for split, count in counts.items():
        if count < 0:
            raise ConfigurationError(f"{split}: {count} films cannot be made; give 0 or more")
    if not sum(counts.values()):
        raise ConfigurationError("sample: no films are asked for; give the number of at least one split")
    if seed < 0:
        raise ConfigurationError(f"seed: {seed} is negative; give 0 or more")
    if not 64 <= size <= 4096:
        raise ConfigurationError(f"size: {size} pixels is out of range; give 64 to 4096")
    if workers < 1:
        raise ConfigurationError(f"workers: {workers} processes cannot work; give 1 or more")


def _check_folder(folder: Path, request: Request) -> None:
    """Make the folder; refuse one that holds a dataset other than the request's."""
    if (folder / FILE_NAME).exists() and read_dataset(folder).name != _name(request):
        raise DatasetError(f"{folder / FILE_NAME}: describes another dataset; choose another folder")
    try:
        (folder / FILMS).mkdir(parents=True, exist_ok=True)
        probe = folder / FILMS / "writable.partial"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise DatasetError(f"{folder}: cannot be written to ({error.strerror}); choose another folder") from error


@contextmanager
def _finished(tasks: list[tuple[str, int]], work: partial[Film], workers: int) -> Iterator[Iterator[Film]]:
    """The films in order, from as many processes as asked for; a partial file is removed whatever happens."""
    folder: Path = work.args[1]
    try:
        if workers == 1:
            yield map(work, tasks)
        else:
            with multiprocessing.get_context("spawn").Pool(
                workers, signal.signal, (signal.SIGINT, signal.SIG_IGN)
            ) as pool:
                yield pool.imap(work, tasks, chunksize=4)
    finally:
        for rest in (folder / FILMS).glob("*.partial"):
            rest.unlink()


def _name(request: Request) -> str:
    return f"Synthetic {request.site} radiographs, seed {request.seed}, {request.size} pixels"


def _description(request: Request, site: Site, films: dict[str, list[Film]]) -> DatasetDescription:
    splits: dict[str, Any] = {split: tuple(entries) for split, entries in films.items()}
    return DatasetDescription(
        name=_name(request),
        description=(
            f"SYNTHETIC films: X-ray projections of a parametric 3-D {request.site}, computed, not taken of a person; "
            "the landmarks are points of the 3-D model, projected exactly. Figures from them tell nothing of patients."
        ),
        licence="Apache-2.0",
        landmarks=site.landmarks,
        skeleton=site.skeleton,
        pairs=site.pairs,
        synthetic=True,
        **splits,
    )
