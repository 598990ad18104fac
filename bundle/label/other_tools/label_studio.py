# SPDX-License-Identifier: Apache-2.0
"""A machine-learning backend for Label Studio: `python -m bundle.label.other_tools.label_studio RUN FILMS`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple
from xml.etree import ElementTree

import numpy as np
from fastapi import Body, FastAPI, Request
from fastapi.responses import JSONResponse

import bundle
from bundle.coordinates import in_image, moved, to_fractions
from bundle.errors import BundleError, DatasetError
from bundle.importers.image_folder import ImageFolder
from bundle.importers.uploaded import find_film
from bundle.label.guard import Guard
from bundle.label.proposal import trust
from bundle.label.server import serve
from bundle.predictor import Predictor, Refusal
from bundle.results.film_result import FilmResult

PORT = 9090
_POINT_WIDTH = 0.5


class Interface(NamedTuple):
    """What a labelling interface calls its parts.

    Attributes:
        from_name: Its key point labels.
        to_name: Its image.
        key: The member of a task's data that names the film.
        labels: Names of the landmarks that it knows.
    """

    from_name: str
    to_name: str
    key: str
    labels: frozenset[str]


def read_interface(config: str) -> Interface:
    """Read the labelling interface of a project, an XML text.

    Raises:
        DatasetError: it is none, or has no key points on an image.
    """
    try:
        root = ElementTree.fromstring(config)
    except ElementTree.ParseError as error:
        raise DatasetError(f"label_config: is no XML ({error}); save the labelling interface again") from error
    images = {image.get("name"): image.get("value", "").lstrip("$") for image in root.iter("Image")}
    for points in root.iter("KeyPointLabels"):
        if points.get("toName") in images:
            labels = frozenset(label.get("value", "") for label in points.iter("Label"))
            to_name = points.get("toName", "")
            return Interface(points.get("name", ""), to_name, images[to_name], labels)
    raise DatasetError("label_config: has no KeyPointLabels on an Image; add them, one label a landmark")


def make_app(predictor: Predictor, films: Path) -> FastAPI:
    """Make the backend.

    Args:
        predictor: Finds the landmarks.
        films: Folder of the films as Label Studio was given them: it is asked for names alone, never for files.
    """
    app = FastAPI(title="landmarks", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Guard)
    folder, version = ImageFolder(films), predictor.weights.sha256[:12]

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "UP", "model_class": "few-shot DAG", "model_version": version}

    @app.post("/setup")
    def setup() -> dict[str, str]:
        return {"model_version": version}

    @app.post("/webhook", status_code=201)
    def told() -> dict[str, Any]:
        return {}  # of annotations that change; nothing is trained here

    @app.post("/predict")
    def predict(tasks: Annotated[list[dict[str, Any]], Body()], label_config: Annotated[str, Body()]) -> dict[str, Any]:
        interface = read_interface(label_config)
        if not interface.labels & {*predictor.names}:
            raise DatasetError(
                f"label_config: has none of the model's landmarks ({', '.join(predictor.names)}); "
                "name the labels after them"
            )
        return {
            "results": [_prediction(predictor, folder, task, interface) | {"model_version": version} for task in tasks]
        }

    @app.exception_handler(BundleError)
    def refused(_request: Request, error: BundleError) -> JSONResponse:
        return JSONResponse({"error": str(error)}, 422)

    return app


def _prediction(
    predictor: Predictor, folder: ImageFolder, task: dict[str, Any], interface: Interface
) -> dict[str, Any]:
    """The points of one task; none, with the reason, where there is no such film or it cannot be used."""
    try:
        film = find_film(folder, str(task.get("data", {}).get(interface.key, "")), f"task {task.get('id')}")
    except DatasetError as error:
        return {"result": [], "error": str(error)}
    (found,) = predictor([folder.folder / film])
    if isinstance(found, Refusal):
        return {"result": [], "error": found.reason}
    confidence = found.confidence
    score = {"score": trust(float(np.nanmean(confidence.expected_error)), confidence.error_limit)} if confidence else {}
    return {"result": _points(found, interface), **score}


def _points(found: FilmResult, interface: Interface) -> list[dict[str, Any]]:
    """Points in percent of the film as a browser shows it."""
    shown = moved(found.landmarks, found.upright)
    turned = abs(found.upright[0, 0]) < abs(found.upright[0, 1])
    width, height = found.size[::-1] if turned else found.size
    percent = 100 * to_fractions(shown, (width, height))
    return [
        {
            "from_name": interface.from_name,
            "to_name": interface.to_name,
            "type": "keypointlabels",
            "original_width": width,
            "original_height": height,
            "image_rotation": 0,
            "value": {"x": x, "y": y, "width": _POINT_WIDTH, "keypointlabels": [name]},
        }
        for name, (x, y), inside in zip(
            found.names, percent.tolist(), in_image(found.landmarks, found.size), strict=True
        )
        if inside and name in interface.labels
    ]


def main(words: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C, on this machine alone."""
    parser = argparse.ArgumentParser(prog="python -m bundle.label.other_tools.label_studio", description=__doc__)
    parser.add_argument("model", type=Path, metavar="RUN", help="folder of a model")
    parser.add_argument("films", type=Path, metavar="FILMS", help="folder of the films that Label Studio was given")
    parser.add_argument("--port", type=int, default=PORT, metavar="N", help=f"of the address, 0 for any ({PORT})")
    arguments = parser.parse_args(words)
    try:
        app = make_app(bundle.load_predictor(arguments.model, measurements=[]), arguments.films)
        serve(app, arguments.port, lambda address: print(f"connect a model at {address}   (Ctrl-C ends)", flush=True))
    except BundleError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
