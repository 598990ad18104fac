# SPDX-License-Identifier: Apache-2.0
"""Tests of films that cannot be read, at import."""

from __future__ import annotations

import pytest

from bundle.__main__ import main

BROKEN = {"csv": ("b.png", "more/c.png"), "isbi": ("2.png", "more/3.png")}


@pytest.mark.parametrize("form", ["csv", "isbi"])
def test_all_unreadable_films_are_named_before_one_is_copied(images, tmp_path, capsys, form) -> None:
    (images / "b.png").write_bytes((images / "a.png").read_bytes()[:60])
    (images / "more" / "c.png").write_text("no picture")
    (images / "table.csv").write_text("image,x1,y1\na.png,1,2\nb.png,3,4\nc.png,5,6\n")
    for number, name in enumerate(("a.png", "b.png", "more/c.png"), start=1):
        (images / name).with_stem(f"{number}").write_bytes((images / name).read_bytes())
        (images / f"{number}.txt").write_text("1,2\n" * 19)
    source = images if form == "isbi" else images / "table.csv"
    assert main(["import", form, str(source), "--out", str(tmp_path / "out")]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(" (")[0] for line in lines if line.startswith("cannot be read")] == [
        f"cannot be read: {images / name}" for name in BROKEN[form]
    ]
    assert lines[-1].startswith("error: 2 of 3 marked films cannot be read, as said above; replace them")
    assert not (tmp_path / "out").exists()
