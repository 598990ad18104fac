# SPDX-License-Identifier: Apache-2.0
"""The public classes and functions of `bundle`, room by room, for mkdocstrings to describe."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

BUNDLE = Path(__file__).resolve().parents[2] / "bundle"

ROOMS = ("networks", "losses", "transforms", "metrics", "confidence", "measurements", "engines")
MORE = {
    "films": ["load_radiograph.LoadRadiographd", "radiograph_meta"],
    "dataset": ["datalist.datalist", "description.read_dataset", "description.DatasetDescription"],
    "results": ["film_result.FilmResult", "film_result.Model"],
    "predictor": ["Predictor", "Refusal"],
    "coordinates": [""],
    "errors": [""],
}
"""Rooms that name nothing in their `__init__`, and what of them others use."""


def public_names() -> str:
    """A section a room: its docstring, and a directive for each name."""
    parts = []
    for room, sentence, names in rooms():
        parts += [f"## {room}\n\n{sentence}", *(f"::: {'.'.join(filter(None, (room, name)))}" for name in names)]
    return "\n\n".join(parts)


def rooms() -> Iterator[tuple[str, str, list[str]]]:
    """Module, first sentence of its docstring, names in it; a name is empty where the module itself is meant."""
    exported = {room: names for room in ROOMS if (names := _exported(_source(room)))}
    for room, names in {**exported, **MORE}.items():
        sentence = (ast.get_docstring(ast.parse(_source(room))) or "").splitlines()[0]
        yield f"bundle.{room}", sentence, names


def _source(room: str) -> str:
    folder = BUNDLE / room
    return (folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")).read_text()


def _exported(source: str) -> list[str]:
    """What `__all__` holds; read, not run, since rooms import torch."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__":
            return list(ast.literal_eval(node.value))
    return []
