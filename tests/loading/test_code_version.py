# SPDX-License-Identifier: Apache-2.0
"""The version of the code that pixels pass through."""

from __future__ import annotations

import ast
import shutil
import sys
from importlib import metadata
from pathlib import Path

import pytest
from monai.transforms import ScaleIntensityRangePercentilesd

from bundle.films.load_radiograph import LoadRadiographd
from bundle.loading import code_version as module
from bundle.loading.code_version import LIBRARIES, code_version
from bundle.transforms import Letterboxd

PACKAGE = Path(module.__file__).parents[1]


@pytest.fixture
def rooms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the package whose source counts in place of it."""
    copy = tmp_path / "bundle"
    for room in ("films", "transforms", "networks"):
        shutil.copytree(PACKAGE / room, copy / room)
    monkeypatch.setattr(module, "_PACKAGE", copy)
    real = module.inspect.getfile
    monkeypatch.setattr(module.inspect, "getfile", lambda kind: real(kind).replace(str(PACKAGE), str(copy)))
    return copy


def version() -> str:
    module._source_of.cache_clear(), module._version_of.cache_clear()
    return code_version([LoadRadiographd("image"), ScaleIntensityRangePercentilesd("image", 0, 1, 0, 1), LETTERBOX])


LETTERBOX = Letterboxd("image", 32)


@pytest.mark.parametrize(
    "changed", ["films/grey_levels.py", "films/picture_reader.py", "films/new.py", "transforms/letterbox.py"]
)
def test_any_change_of_a_reader_or_transform_is_another_version(rooms: Path, changed: str):
    before = version()
    assert version() == before
    with (rooms / changed).open("a") as source:
        source.write("\nVALUE = 1\n")
    assert version() != before


def test_code_that_no_pixel_passes_through_does_not_count(rooms: Path):
    before = version()
    (rooms / "networks" / "new.py").write_text("")
    (rooms / "films" / "__pycache__" / "new.pyc").parent.mkdir(exist_ok=True)
    (rooms / "films" / "__pycache__" / "new.pyc").write_bytes(b"")
    assert version() == before


@pytest.mark.parametrize("library", LIBRARIES)
def test_another_version_of_a_library_is_another_version(library: str, monkeypatch: pytest.MonkeyPatch):
    before = version()
    real = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "0.0" if name == library else real(name))
    assert version() != before
    module._version_of.cache_clear()


def test_every_library_that_a_reader_imports_counts():
    """A decoder that is added to the readers has to be added to LIBRARIES."""
    distributions = metadata.packages_distributions()
    for file in [*(PACKAGE / "films").glob("*.py"), PACKAGE / "transforms" / "letterbox.py"]:
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) else []
            for root in {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"bundle"}:
                assert root in ("tqdm",) or set(distributions[root]) & set(LIBRARIES), f"{file.name} imports {root}"
