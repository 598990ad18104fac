# SPDX-License-Identifier: Apache-2.0
"""`python -m bundle next`: which films to label next, handed out to whatever program they are labelled in."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bundle.commands.import_options import typed_names
from bundle.handout.formats import FORMATS
from bundle.importers.landmark_sets import LANDMARK_SETS

if TYPE_CHECKING:
    from bundle.commands.pool import Pool
    from bundle.handed_out import HandedFilm
    from bundle.results.film_result import FilmResult
    from bundle.selection.ranking_predictor import RankingPredictor

_COUNT = 5
_DECIMALS = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument("data", type=Path, metavar="DATA", help="folder of films, or a data folder")
    parser.add_argument("--count", type=int, default=_COUNT, metavar="N", help=f"films to choose ({_COUNT})")
    parser.add_argument(
        "--model",
        type=Path,
        metavar="RUN",
        help="folder of a model: films that it is unsure of are chosen, with its predictions",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder to write them to (default: only name them)")
    parser.add_argument(
        "--format", choices=FORMATS, default=FORMATS[0], help=f"of the files for the other program ({FORMATS[0]})"
    )
    names = parser.add_mutually_exclusive_group()
    names.add_argument(
        "--landmark_names", metavar="NAMES", help="where nothing else tells them: a,b,c or a file of one a line"
    )
    names.add_argument("--landmark_set", choices=sorted(LANDMARK_SETS), help="clinical names of a known set")


def run(arguments: argparse.Namespace) -> None:
    """Choose films, name them, and hand them out.

    Raises:
        BundleError: the films, the model or the options cannot be used.
    """
    from bundle.commands.pool import read_pool
    from bundle.errors import ConfigurationError, RadiographError
    from bundle.selection import choose_films
    from bundle.selection.ranking_predictor import load_ranking_predictor

    if arguments.count < 1:
        raise ConfigurationError(f"--count is {arguments.count}; choose at least 1")
    pool = read_pool(arguments.data)
    model = None if arguments.model is None else load_ranking_predictor(arguments.model)
    landmarks = _landmarks(arguments, pool, model)
    if arguments.out is not None:
        _require_new(arguments.out, arguments.data)
        if not landmarks:
            raise ConfigurationError(
                f"{arguments.data}: nothing says which landmarks are to be placed; give --landmark_names, "
                "--landmark_set or a --model"
            )
    found: dict[int, FilmResult] = {}
    expect = None if model is None else lambda places: _expected(model, pool, places, found)
    chosen = choose_films(pool.files, arguments.count, pool.labelled, expect)
    for sentence in (*pool.refused, *chosen.refused.values()):
        print(f"left out {sentence}", file=sys.stderr)
    if not chosen.films:
        raise RadiographError(f"{arguments.data}: has no film that can be read and is not labelled; add films")
    for place in chosen.films:
        print(pool.names[place])
    if arguments.out is not None:
        _hand_out(arguments, pool, chosen.films, landmarks, model, found)


def _landmarks(arguments: argparse.Namespace, pool: Pool, model: RankingPredictor | None) -> tuple[str, ...]:
    from bundle.errors import ConfigurationError

    if arguments.landmark_set is not None:
        given = LANDMARK_SETS[arguments.landmark_set].landmarks
    else:
        given = typed_names(arguments.landmark_names) or ()
    if given and pool.landmarks and given != pool.landmarks:
        raise ConfigurationError(f"{arguments.data}: its dataset.json has landmarks of its own; leave the names out")
    names = pool.landmarks or given or (model.predictor.names if model else ())
    if model and not {*model.predictor.names} & {*names}:
        raise ConfigurationError(
            f"{arguments.model}: knows none of the landmarks (it finds {', '.join(model.predictor.names)}); "
            "choose another --model"
        )
    return names


def _require_new(out: Path, data: Path) -> None:
    from bundle.errors import ConfigurationError
    from bundle.files import require_writable

    if out.resolve().is_relative_to(data.resolve()):
        raise ConfigurationError(f"{out}: lies in the folder of the films; choose an --out outside it")
    if out.is_dir() and any(out.iterdir()):
        raise ConfigurationError(f"{out}: is not empty, and may hold somebody's work; choose another --out")
    require_writable(out)


def _expected(model: RankingPredictor, pool: Pool, places: list[int], found: dict[int, FilmResult]) -> list[float]:
    """Error that a model expects, on average over the landmarks; what it found is remembered."""
    import numpy as np
    from tqdm import tqdm

    from bundle.predictor import Refusal

    files = [pool.files[place] for place in places]
    answers = tqdm(model.predictor.stream(files), desc="asking the model", unit="film", total=len(files), disable=None)
    errors = []
    for place, answer in zip(places, answers, strict=True):
        if isinstance(answer, Refusal):
            errors.append(float("-inf"))
            continue
        found[place] = answer
        known = answer.expected_error_px[np.isfinite(answer.expected_error_px)]
        errors.append(float(known.mean()) if known.size else float("inf"))
    return errors


def _hand_out(
    arguments: argparse.Namespace,
    pool: Pool,
    places: list[int],
    landmarks: tuple[str, ...],
    model: RankingPredictor | None,
    found: dict[int, FilmResult],
) -> None:
    from bundle.commands.shown import near
    from bundle.films.burned_in import burned_in_warning
    from bundle.handed_out import TO_LABEL, HandedOut, write_handed_out
    from bundle.handout.formats import writer
    from bundle.handout.sheet import write_sheet

    folder = arguments.out / TO_LABEL
    films = []
    for place in places:
        result = found.get(place)
        film = _handed(pool, place, folder, landmarks, result, model is not None and model.calibrated)
        films.append(film)
        if warning := burned_in_warning(pool.files[place]):
            print(f"{film.picture}: {warning}", file=sys.stderr)
    weights = model.predictor.weights.sha256 if model else None
    known = LANDMARK_SETS.get(arguments.landmark_set)
    skeleton = pool.skeleton or (known.skeleton if known else ())
    handed = HandedOut(landmarks, skeleton, arguments.format, weights, tuple(films))
    write_handed_out(arguments.out, handed)
    write_sheet(arguments.out, handed)
    how = writer(arguments.format)(folder, handed)
    print(f"\nwrote {near(folder)} for whoever labels; what lies beside it stays with you")
    print(how)


def _handed(
    pool: Pool, place: int, folder: Path, landmarks: tuple[str, ...], result: FilmResult | None, calibrated: bool
) -> HandedFilm:
    import numpy as np

    from bundle.coordinates import moved
    from bundle.handed_out import PICTURES, HandedFilm
    from bundle.handout.pictures import picture_name, write_picture

    name = picture_name(pool.names[place])
    picture = write_picture(pool.files[place], folder / PICTURES / f"{name}.png")
    points: dict[str, tuple[float, float]] = {}
    expected: dict[str, float] = {}
    if result is not None:
        shown = moved(result.landmarks, np.linalg.inv(picture.to_stored))
        for landmark, (x, y), error in zip(
            result.names, shown.tolist(), result.expected_error_px.tolist(), strict=True
        ):
            if landmark in landmarks and np.isfinite([x, y]).all():
                points[landmark] = round(x, _DECIMALS), round(y, _DECIMALS)
                if calibrated and np.isfinite(error):
                    expected[landmark] = round(error, _DECIMALS)
    rows = tuple(tuple(map(float, row)) for row in picture.to_stored)
    return HandedFilm(name, pool.names[place], picture.size, rows, points, expected)  # type: ignore[arg-type]
