# SPDX-License-Identifier: Apache-2.0
"""The public classes and functions of `bundle`, room by room, for mkdocstrings to describe."""

from __future__ import annotations

import ast
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
    for room in ROOMS:
        names = _exported(_source(room))
        if names:
            parts += [_heading(room), *(f"::: {_dotted(room, name)}" for name in names)]
    for room, names in MORE.items():
        parts += [_heading(room), *(f"::: {_dotted(room, name)}" for name in names)]
    return "\n\n".join(parts)


def _heading(room: str) -> str:
    sentence = (ast.get_docstring(ast.parse(_source(room))) or "").splitlines()[0]
    return f"## {_dotted(room, '')}\n\n{sentence}"


def _dotted(room: str, name: str) -> str:
    return ".".join(part for part in ("bundle", room, name) if part)


def _source(room: str) -> str:
    folder = BUNDLE / room
    return (folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")).read_text()


def _exported(source: str) -> list[str]:
    """What `__all__` holds; read, not run, since rooms import torch."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__":
            return list(ast.literal_eval(node.value))
    return []
