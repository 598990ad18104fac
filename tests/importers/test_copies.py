# SPDX-License-Identifier: Apache-2.0
"""Copies of test films do not come into a data folder's other splits."""

from __future__ import annotations

from pathlib import Path

from bundle.dataset.description import Film
from bundle.importers.copies import leave_out_copies
from bundle.importers.gather import Source


def test_copies_are_left_out_of_every_other_split_and_named(tmp_path: Path, capsys) -> None:
    contents = {
        "own.png": b"own",
        "copy.png": b"test",
        "held_out.png": b"test",
        "test.png": b"test",
        "too.png": b"test",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    own, copy, held_out, test, too = (Film(Path(name)) for name in contents)
    films = {"training": (own, copy), "validation": (held_out,), "test": (test, too)}
    more = {"unlabeled": (copy, own)}
    first, second = leave_out_copies([Source(tmp_path, films, "images"), Source(tmp_path, more, "unlabeled")])
    assert first.films == {"training": (own,), "validation": (), "test": (test, too)}
    assert second.films == {"unlabeled": (own,)}
    assert "left out copy.png: it has the content of the test film test.png" in capsys.readouterr().err
