# SPDX-License-Identifier: Apache-2.0
"""The rules of the house that no single module can keep: which way imports point, and what every file is like."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = REPOSITORY / "bundle"

BELOW = {
    "networks": set(),
    "losses": {"networks"},
    "metrics": set(),
    "measurements": set(),
    "films": set(),
    "dataset": {"films"},
    "transforms": {"films"},
    "loading": {"films", "dataset", "transforms"},
    "importers": {"films", "dataset"},
    "synthetic": {"films", "dataset"},
    "confidence": {"networks", "transforms", "metrics"},
    "selection": {"films", "confidence"},
    "engines": {"networks", "losses", "metrics", "transforms", "films", "dataset", "loading", "synthetic"},
    "results": {"films", "measurements", "confidence"},
    "drawing": {"films", "metrics", "transforms", "confidence", "results"},
    "outputs": {"films", "measurements", "confidence", "results", "drawing"},
    "handout": {"films", "outputs"},
    "evaluation": {"films", "metrics", "measurements", "results", "drawing"},
    "page": {"metrics", "drawing", "evaluation"},
    "comparison": {"films", "dataset", "metrics", "drawing", "evaluation", "page"},
    "label": {
        "films",
        "dataset",
        "selection",
        "importers",
        "measurements",
        "metrics",
        "confidence",
        "results",
        "outputs",
        "comparison",
    },
    "serve": {"films", "confidence", "results", "outputs"},
    "batch": {"films", "results", "outputs"},
    "zoo": {"dataset", "engines", "transforms"},
    "commands": {
        "films",
        "dataset",
        "selection",
        "importers",
        "results",
        "handout",
        "page",
        "comparison",
        "label",
        "serve",
        "batch",
        "zoo",
    },
}
"""For each room of the bundle the rooms below it, which are all it may know."""

HEAVY = {"itk", "matplotlib", "highdicom", "pydicom", "pandas"}
LIGHT_ROOMS = ("networks", "losses", "metrics")
MOST_LINES = 300


def modules(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def imported(nodes: Iterator[ast.AST]) -> Iterator[str]:
    """Dotted names that the nodes import, `from a import b` as `a.b`."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def at_import_time(tree: ast.AST) -> Iterator[ast.AST]:
    """Nodes that run when the module is imported: not those in functions, nor those for type checkers."""
    for node in ast.iter_child_nodes(tree):
        typing_only = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        if not typing_only and not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield node
            yield from at_import_time(node)


def tracked() -> list[Path]:
    """Files of the repository, with those that are not yet added."""
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(words, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this copy of the bundle is no git repository")
    return [file for name in listed.stdout.split("\0") if name and (file := REPOSITORY / name).is_file()]


@pytest.mark.parametrize("room", BELOW)
def test_imports_point_one_way(room: str):
    files = modules(PACKAGE / room)
    assert files
    for file in files:
        for name in imported(ast.walk(ast.parse(file.read_text()))):
            package, _, rest = name.partition(".")
            other = rest.split(".")[0]
            assert package != "bundle" or other not in BELOW.keys() - BELOW[room] - {room}, f"{file} imports {name}"


def test_every_room_is_judged_and_stands_on_those_before_it():
    rooms = {folder.name for folder in PACKAGE.iterdir() if (folder / "__init__.py").is_file()}
    assert rooms == BELOW.keys()
    order = list(BELOW)
    assert all(order.index(below) < order.index(room) for room in order for below in BELOW[room])


def test_what_a_network_needs_imports_no_heavy_library():
    files = [
        PACKAGE / "__init__.py",
        PACKAGE / "errors.py",
        *(f for room in LIGHT_ROOMS for f in modules(PACKAGE / room)),
    ]
    for file in files:
        roots = {name.partition(".")[0] for name in imported(at_import_time(ast.parse(file.read_text())))}
        assert not roots & HEAVY, file


def test_matplotlib_is_drawn_with_in_its_rooms_alone_and_without_pyplot():
    for file in modules(PACKAGE):
        names = set(imported(ast.walk(ast.parse(file.read_text()))))
        assert not any(name.startswith("matplotlib.pyplot") for name in names), file
        if file.relative_to(PACKAGE).parts[0] not in ("drawing", "evaluation", "page"):
            assert not any(name.startswith("matplotlib") for name in names), file


def test_highdicom_is_needed_by_the_dicom_outputs_alone():
    users = set()
    for file in modules(PACKAGE):
        if any(name.partition(".")[0] == "highdicom" for name in imported(ast.walk(ast.parse(file.read_text())))):
            users.add(file.relative_to(PACKAGE).as_posix())
    assert users == {f"outputs/dicom/{kind}.py" for kind in ("sr", "gsps", "secondary_capture")}


def test_import_time_is_told_from_call_time():
    source = "import a\nif TYPE_CHECKING:\n import b\nclass C:\n import c\ndef f():\n import d\nif a:\n import e"
    assert list(imported(at_import_time(ast.parse(source)))) == ["a", "c", "e"]


def test_every_python_file_is_short_and_says_its_licence():
    files = [file for file in tracked() if file.suffix == ".py"]
    assert len(files) > 100
    lines = {file.relative_to(REPOSITORY).as_posix(): file.read_text().splitlines() for file in files}
    assert [name for name, text in lines.items() if text[:1] != ["# SPDX-License-Identifier: Apache-2.0"]] == []
    assert [name for name, text in lines.items() if len(text) > MOST_LINES] == []


def test_no_file_names_a_folder_or_a_host_of_some_machine():
    folder = rf"(?<![\w.]){'/'}(?:work|home|root|Users|mnt)/\w"
    host = r"://(?:localhost|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)|\.(?:internal|corp|intranet)\b"
    private = re.compile(f"{folder}|{host}")
    for file in tracked():
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        assert private.search(text) is None, f"{file}: {private.search(text)}"
