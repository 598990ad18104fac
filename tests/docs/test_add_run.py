# SPDX-License-Identifier: Apache-2.0
import csv
import json
import shutil

import add_run
import pytest
from result_rows import RESULTS

DRAWS = [
    "shots,draw,method,state,mean_px,failure_rate,mean_mm,sdr_2mm,sdr_2.5mm,sdr_3mm,sdr_4mm,minutes,accepted",
    "10,0,dag,done,8.5,0.01,2.549,0.5,0.6,0.7,0.8,9.6,",
    "10,0,windows_multi_view,done,5,0,1.5,0.75,0.8,0.9,0.95,3.2,True",
    "10,1,dag,running,,,,,,,,,",
]
SUMMARY = ["shots,method,draws,mean_px,mean_px_spread,mean_mm,mean_mm_spread,failure_rate", "10,dag,1,8.5,,2.549,,0.01"]
DIFFERENCES = [
    "shots,method,against,draws,beyond_chance,ratio,ratio_low,ratio_high",
    "10,windows_multi_view,dag,1,True,0.588,0.5,0.7",
]


@pytest.fixture
def comparison(tmp_path, monkeypatch):
    monkeypatch.setattr(add_run, "RESULTS", shutil.copytree(RESULTS, tmp_path / "results"))
    folder = tmp_path / "runs"
    for method, films in (("dag", {}), ("windows_multi_view", {"unlabelled": {"count": 123}})):
        run = folder / "shots10_draw0" / method
        run.mkdir(parents=True)
        (run / "run.json").write_text(json.dumps({"films": films}))
        (run / "config.json").write_text(json.dumps({"seed": 7}))
    for name, lines in (("draws", DRAWS), ("summary", SUMMARY), ("differences", DIFFERENCES)):
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    monkeypatch.setattr("sys.argv", ["add_run.py", str(folder), "--run", "ceph_windows"])
    return folder


def rows(name, **wanted):
    with (add_run.RESULTS / f"{name}.csv").open() as file:
        return [row for row in csv.DictReader(file) if all(row[key] == value for key, value in wanted.items())]


def test_a_run_is_replaced_and_all_others_stay_to_the_letter(comparison):
    def others(folder, name):
        return [line for line in (folder / f"{name}.csv").read_text().splitlines() if "ceph_windows,10," not in line]

    add_run.main()
    dag, windows = rows("draws", run="ceph_windows", shots="10", method="dag"), rows("draws", seed="7", shots="10")[1]
    assert [row["error"] for row in dag] == ["2.55"], "the draws that stood there are gone, what still runs is no row"
    assert (dag[0]["failures"], dag[0]["sdr2.5"], dag[0]["unlabeled"], dag[0]["minutes"]) == ("1.0", "60.0", "0", "10")
    assert (windows["unlabeled"], windows["accepted"], windows["unit"]) == ("123", "true", "mm")
    assert rows("summary", run="ceph_windows", shots="10", method="dag")[0]["spread"] == ""
    assert rows("differences", run="ceph_windows", shots="10", method="windows_multi_view")[0]["ratio"] == "0.59"
    for name in ("draws", "summary", "differences"):
        assert others(add_run.RESULTS, name) == others(RESULTS, name)


def test_once_more_changes_nothing(comparison):
    add_run.main()
    once = {file.name: file.read_text() for file in add_run.RESULTS.iterdir()}
    add_run.main()
    assert {file.name: file.read_text() for file in add_run.RESULTS.iterdir()} == once
