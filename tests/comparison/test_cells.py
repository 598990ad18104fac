# SPDX-License-Identifier: Apache-2.0
"""Cells are run by the commands that a user types."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bundle.comparison.cells import CONFIGS, Cell, Plan, words_of
from bundle.comparison.methods import WARM_UP, methods_for

Make = Callable[..., Plan]


def cell(plan: Plan, key: str, shots: int) -> Cell:
    return next(cell for cell in plan.cells() if (cell.method.key, cell.shots, cell.draw) == (key, shots, 0))


def names(cell: Cell) -> list[str]:
    return [file.relative_to(CONFIGS).as_posix() if CONFIGS in file.parents else file.name for file in cell.configs]


def test_what_others_start_from_comes_before_them(plan_for: Make):
    work = plan_for().work()
    assert len(work) == len(set(work)) == len(methods_for(repeated=False)) * 2 * 2 + 2
    for index, cell in enumerate(work):
        assert set(cell.needs) <= set(work[:index])


def test_one_warm_up_serves_the_methods_that_need_it(plan_for: Make, tmp_path: Path):
    recommended, other = (cell(plan_for(), key, 4) for key in ("recommended", "pi_model"))
    warm_up = tmp_path / "out" / "warm_up"
    assert options(recommended.training_command())["--warm_up"] == str(warm_up)
    assert options(recommended.needs[1].training_command())["--output_dir"] == str(warm_up)
    assert "--warm_up" not in options(other.training_command())
    assert warm_up not in [cell.folder for cell in plan_for("pi_model").work()]


def test_each_method_has_the_warm_up_that_it_needs(plan_for: Make, tmp_path: Path):
    matching = cell(plan_for(), "windows_matching", 1)
    assert [needed.folder for needed in matching.needs] == [
        tmp_path / "out" / "shots1_draw0" / "dag",
        tmp_path / "out" / "warm_up_windows",
    ]
    assert names(matching.needs[1])[-2:] == ["warm_up.yaml", "warm_up_windows.yaml"]
    warm_ups = [work.method.key for work in plan_for("windows_matching").work() if work.method.is_warm_up]
    assert warm_ups == ["warm_up_windows"]


def test_a_warm_up_is_done_when_it_is_trained(plan_for: Make):
    warm_up = plan_for().warm_up(WARM_UP)
    assert not warm_up.done
    warm_up.folder.mkdir(parents=True)
    warm_up.marker.touch()
    assert warm_up.done and str(warm_up) == "Warm-up"


def test_presets_and_overlays(plan_for: Make):
    given = {"overlays": (Path("site.json"),), "stage2_overlays": (Path("longer.json"),)}
    cpu, paper = plan_for(**given), plan_for(preset="paper", **given)
    assert names(cell(cpu, "dag", 4)) == ["train.json", "small.yaml", "site.json"]
    assert names(cell(cpu, "dag", 1)) == ["train.json", "small.yaml", "one_film.yaml", "site.json"]
    assert names(cell(paper, "dag", 1)) == ["train.json", "site.json"]
    behind = ["site.json", "few_shot.yaml", "methods/pi_model.yaml", "longer.json"]
    assert names(cell(cpu, "pi_model", 4)) == ["train.json", "small.yaml", *behind]


def test_repeated_parts_are_learned_by_their_graph_before_what_starts_from_it(plan_for: Make):
    comparison = plan_for("all", repeated=True)
    first = comparison.cells()[0]
    assert first.method.key == comparison.stage1.key == "parts"
    of_parts, windows = (cell(comparison, key, 4) for key in ("pi_model", "parts_windows"))
    assert names(of_parts) == ["train.json", "small.yaml", "parts.yaml", "few_shot.yaml", "methods/pi_model.yaml"]
    assert of_parts.source == windows.source == cell(comparison, "mean_shape", 4).source == cell(comparison, "parts", 4)


def options(words: list[str]) -> dict[str, str]:
    place = words.index("--config_file")
    return dict(zip(words[place::2], words[place + 1 :: 2], strict=True))


def test_training_command(plan_for: Make, tmp_path: Path):
    comparison = plan_for(settings={"image_size": "32"})
    folder = tmp_path / "out" / "shots4_draw0"
    pi_model = cell(comparison, "pi_model", 4)
    given = options(pi_model.training_command())
    assert given["--stage1"] == str(folder / "dag")
    assert (given["--output_dir"], given["--shots"], given["--draw"]) == (str(folder / "pi_model"), "4", "0")
    assert (given["--image_size"], given["--cache_dir"]) == ("32", str(tmp_path / "data" / "cache"))
    assert "--resume" not in given
    (folder / "pi_model").mkdir(parents=True)
    (folder / "pi_model" / "last.pt").touch()
    assert options(pi_model.training_command())["--resume"] == "True"
    assert "--stage1" not in options(cell(comparison, "dag", 4).training_command())


def test_evaluation_command(plan_for: Make, tmp_path: Path):
    folder = tmp_path / "out" / "shots4_draw0"
    checkpoints = {"mean_shape": "dag/mean_shape.pt", "dag": "dag/best.pt", "pi_model": "pi_model/best.pt"}
    for key, checkpoint in checkpoints.items():
        given = options(cell(plan_for(), key, 4).evaluation_command())
        assert given["--checkpoint"] == str(folder / checkpoint)
        run = "dag/evaluation_mean_shape" if key == "mean_shape" else f"{key}/evaluation"
        assert given["--output_dir"] == str(folder / run)
        assert "--image_size" not in given


def test_what_a_cell_has_come_to(plan_for: Make, pretend: Callable):
    comparison = plan_for("pi_model", shots=(4,), draws=1)
    dag, mean_shape, pi_model = comparison.cells()
    assert not any((cell.trained, cell.done, cell.diverged) != (False,) * 3 for cell in comparison.cells())
    pretend(dag, 2.0, converged=False)
    assert dag.trained and dag.done and dag.diverged
    assert mean_shape.trained and not mean_shape.done and not mean_shape.diverged
    assert pi_model.diverged and not pi_model.trained
    pretend(dag, 2.0)
    assert not dag.diverged and not pi_model.diverged


@pytest.mark.parametrize("name", ["%films", "@films", "$films"])
def test_a_folder_is_no_part_of_a_config(name: str):
    typed = options(words_of([], {"dataset_dir": Path(name), "elastic": "@other", "output_dir": Path("/out")}))
    assert typed == {"--config_file": "[]", "--dataset_dir": f"./{name}", "--elastic": "@other", "--output_dir": "/out"}
