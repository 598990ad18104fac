# SPDX-License-Identifier: Apache-2.0
"""Tests of `python -m bundle` as a person meets it: help, errors, exit codes, and imports of whole folders."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from bundle.__main__ import VERBS, main
from bundle.commands import check
from bundle.dataset.description import read_dataset
from bundle.importers.formats import ANNOTATION_FORMATS
from bundle.importers.landmark_sets import CEPHALOGRAM, SPINE

REPOSITORY = Path(__file__).resolve().parents[1]


def bundle(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bundle", *words], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )


@pytest.fixture
def source(tmp_path) -> Path:
    """A table of 12 films of 3 landmarks, and two films more."""
    rows = ["image,spacing_mm,x1,y1,x2,y2,x3,y3"]
    for index in range(12):
        rows.append(f"images/{index:02}.png,0.5,1,2,{'3,4' if index else ','},5,{index}")
    names = (*(f"images/{index:02}.png" for index in range(12)), "more/a.png", "more/b.png")
    for grey, name in enumerate(names):
        (tmp_path / "source" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.linear_gradient("L").resize((20, 16)).point(lambda value, grey=grey: value + grey).save(
            tmp_path / "source" / name
        )
    (tmp_path / "source" / "landmarks.csv").write_text("\n".join(rows))
    return tmp_path / "source"


def test_help_lists_every_verb_with_an_example() -> None:
    shown = bundle("--help")
    assert shown.returncode == 0
    for name, verb in VERBS.items():
        assert verb.help in shown.stdout
        assert f"python -m bundle {name} " in shown.stdout


def test_help_imports_no_heavy_library() -> None:
    program = (
        "import sys, bundle.__main__ as m\n"
        "try: m.main(['import', 'csv', '--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'torch', 'monai', 'itk', 'numpy', 'matplotlib'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "words",
    [
        ("import",),
        *(("import", name) for name in ANNOTATION_FORMATS),
        ("sample",),
        ("check",),
        ("train",),
        ("predict",),
        ("compare",),
    ],
)
def test_every_verb_explains_itself(words, capsys) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([*words, "--help"])
    assert stopped.value.code == 0
    assert f"example:\n  python -m bundle {' '.join(words)} " in capsys.readouterr().out


def test_an_import_is_complete_and_says_what_to_do_next(source, tmp_path, capsys) -> None:
    out = tmp_path / "out"
    words = ["import", "csv", str(source / "landmarks.csv"), "--out", str(out), "--unlabeled", str(source / "more")]
    assert main([*words, "--landmark_names", "A point,B point,C point", "--validation", "2", "--name", "profiles"]) == 0
    dataset = read_dataset(out)
    assert (dataset.name, dataset.landmarks) == ("profiles", ("A point", "B point", "C point"))
    assert [len(films) for films in (dataset.training, dataset.validation, dataset.test, dataset.unlabeled)] == [
        8,
        2,
        2,
        2,
    ]
    printed = capsys.readouterr().out
    assert "profiles: 3 landmarks" in printed
    assert f"python -m bundle train {out} --out runs/out" in printed
    missing = sum(
        int(line.split()[3]) for line in printed.splitlines() if line.split()[0] in ("training", "validation", "test")
    )
    assert missing == 1
    assert str(source) not in (out / "dataset.json").read_text(), "a dataset names no folder of this machine"


def test_an_import_in_place_copies_nothing(source) -> None:
    before = {path for path in source.rglob("*") if path.is_file()}
    assert main(["import", "csv", str(source), "--out", str(source)]) == 0
    assert {path for path in source.rglob("*") if path.is_file()} == before | {source / "dataset.json"}


def test_names_may_come_from_a_file_and_splits_from_another(source, tmp_path) -> None:
    (tmp_path / "names.txt").write_text("sella, left\nsella, right\n\nnasion\n")
    ids = [f"{index:02}" for index in range(12)]
    (tmp_path / "lists.json").write_text(json.dumps({"train": ids[:9], "test": ids[9:]}))
    words = ["import", "csv", str(source), "--out", str(tmp_path / "out"), "--splits", str(tmp_path / "lists.json")]
    assert main([*words, "--landmark_names", str(tmp_path / "names.txt")]) == 0
    dataset = read_dataset(tmp_path / "out")
    assert dataset.landmarks == ("sella, left", "sella, right", "nasion")
    assert [film.image.stem for film in dataset.test] == ids[9:]


@pytest.mark.parametrize(("held_out", "left"), [(8, 2), (5, 5), (None, 9)])
def test_validation_that_takes_most_films_is_told(source, tmp_path, capsys, held_out: int | None, left: int) -> None:
    words = [] if held_out is None else ["--validation", str(held_out)]
    assert main(["import", "csv", str(source), "--out", str(tmp_path / "out"), *words]) == 0
    assert len(read_dataset(tmp_path / "out").training) == left
    told = "--validation holds out 8 labelled films and leaves 2 to learn from; import again with a smaller one, or"
    assert (told in capsys.readouterr().err) == (held_out == 8)


def test_the_same_seed_makes_the_same_dataset(source, tmp_path) -> None:
    for name, seed in (("one", "3"), ("two", "3"), ("other", "4")):
        words = ["import", "csv", str(source), "--out", str(tmp_path / name), "--name", "films", "--seed", seed]
        assert main(words) == 0
    first, again, another_seed = (read_dataset(tmp_path / name) for name in ("one", "two", "other"))
    assert first == again
    assert first.test != another_seed.test


def test_check_prints_a_summary(source, capsys) -> None:
    main(["import", "csv", str(source), "--out", str(source)])
    capsys.readouterr()
    assert main(["check", str(source)]) == 0
    first, heading, training, *_ = capsys.readouterr().out.splitlines()
    assert first == "source: 3 landmarks"
    assert re.split("  +", heading) == ["split", "films", "labelled", "missing points", "spacing in dataset.json"]
    assert training.split()[:3] + training.split()[4:] == ["training", "9", "9", "9"]
    assert len(training) == len(heading)


def test_bad_input_is_one_sentence_and_exit_code_2(tmp_path) -> None:
    shown = bundle("check", str(tmp_path / "absent"))
    assert shown.returncode == 2
    assert shown.stdout == ""
    assert (
        shown.stderr
        == f"error: {tmp_path / 'absent'}: there is no such folder; give the folder that holds dataset.json\n"
    )


def test_an_import_does_not_replace_a_dataset(source, capsys) -> None:
    (source / "dataset.json").write_text("precious")
    assert main(["import", "csv", str(source), "--out", str(source)]) == 2
    assert "exists already; delete it or choose another folder for --out" in capsys.readouterr().err
    assert (source / "dataset.json").read_text() == "precious"


def test_ctrl_c_ends_with_a_short_line(monkeypatch, capsys, tmp_path) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(check, "run", interrupt)
    assert main(["check", str(tmp_path)]) == 130
    assert capsys.readouterr().err == "interrupted\n"


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "options", "landmarks", "counts"),
    [
        ("ceph", ["--landmark_set", "cephalogram", "--validation", "20"], CEPHALOGRAM.landmarks, [128, 20, 150]),
        ("spine", ["--landmark_set", "spine"], SPINE.landmarks, [280, 20, 80]),
        ("hand", [], tuple(f"landmark {number}" for number in range(1, 38)), [7, 1, 2]),
    ],
)
def test_real_films(radiograph_data, tmp_path, name, options, landmarks, counts) -> None:
    assert main(["import", "csv", str(radiograph_data / name), "--out", str(tmp_path / name), *options]) == 0
    dataset = read_dataset(tmp_path / name)
    assert dataset.landmarks == landmarks
    assert (len(dataset.parts), len(dataset.pairs)) == ((17, 34) if dataset.repeated else (0, 0))
    assert dataset.repeated == (name == "spine")
    assert [len(films) for films in (dataset.training, dataset.validation, dataset.test)] == counts
    spacings = {film.spacing for film in dataset.test}
    assert spacings == {"ceph": {(0.3, 0.3)}, "spine": {None}}.get(name, spacings - {None})


@pytest.mark.real_data
def test_isbi_files_of_two_readers_give_the_table_of_their_mean(radiograph_data, tmp_path) -> None:
    """The real readings written as the challenge wrote them."""
    import csv

    for reader in ("senior", "junior"):
        (tmp_path / reader).mkdir()
        with (radiograph_data / "ceph" / f"landmarks_{reader}.csv").open() as table:
            for row in list(csv.reader(table))[1:6]:
                points = [f"{x},{y}" for x, y in zip(row[2::2], row[3::2], strict=True)]
                (tmp_path / reader / f"{Path(row[0]).stem}.txt").write_text("\n".join([*points, *("1" * 8)]))
    words = ["import", "isbi", str(tmp_path / "senior"), str(tmp_path / "junior"), "--out", str(tmp_path / "out")]
    assert main([*words, "--images", str(radiograph_data / "ceph" / "images"), "--validation", "0"]) == 0
    assert (
        main(["import", "csv", str(radiograph_data / "ceph"), "--out", str(tmp_path / "table"), "--validation", "0"])
        == 0
    )
    for film, other in zip(
        read_dataset(tmp_path / "out").training, read_dataset(tmp_path / "table").training, strict=False
    ):
        for point, expected in zip(film.landmarks, other.landmarks, strict=True):
            assert point == pytest.approx(expected, abs=0.011)
