# SPDX-License-Identifier: Apache-2.0
import json

import add_run
import pytest

DRAWS = [
    "shots,draw,method,state,mean_px,failure_rate,mean_mm,sdr_2mm,sdr_2.5mm,sdr_3mm,sdr_4mm,minutes,accepted",
    "10,0,dag,done,8.5,0.01,2.549,0.5,0.6,0.7,0.8,9.6,",
    "10,0,windows_multi_view,done,5,0,1.5,0.75,0.8,0.9,0.95,3.2,True",
    "10,1,dag,running,,,,,,,,,",
]
OLD = {
    "draws": """run,shots,unlabeled,draw,method,error,unit,failures,sdr2,sdr2.5,sdr3,sdr4,accepted,seed,minutes
before,10,0,0,dag,9.00,mm,,,,,,,0,
mine,10,0,0,dag,3.00,mm,,,,,,,0,
mine,10,0,1,dag,3.10,mm,,,,,,,0,
mine,10,0,0,pi_model,3.20,mm,,,,,,false,0,
mine,5,0,0,dag,4.00,mm,,,,,,,0,
after,10,0,0,dag,8.00,mm,,,,,,,0,
""",
    "summary": "run,shots,method,draws,error,spread,unit,failures\nmine,10,dag,2,3.05,0.07,mm,\n",
    "differences": "run,shots,method,against,draws,ratio,ratio_low,ratio_high,beyond_chance\n",
}
SUMMARY = ["shots,method,draws,mean_px,mean_px_spread,mean_mm,mean_mm_spread,failure_rate", "10,dag,1,8.5,,2.549,,0.01"]
DIFFERENCES = [
    "shots,method,against,draws,beyond_chance,ratio,ratio_low,ratio_high",
    "10,windows_multi_view,dag,1,True,0.588,0.5,0.7",
]


@pytest.fixture
def comparison(tmp_path, monkeypatch):
    """The folder of a comparison, whose tables are to be taken over into results of three runs."""
    results = tmp_path / "results"
    results.mkdir()
    for name, content in OLD.items():
        (results / f"{name}.csv").write_text(content)
    monkeypatch.setattr(add_run, "RESULTS", results)
    folder = tmp_path / "runs"
    for method, films in (("dag", {}), ("windows_multi_view", {"unlabelled": {"count": 123}})):
        run = folder / "shots10_draw0" / method
        run.mkdir(parents=True)
        (run / "run.json").write_text(json.dumps({"films": films}))
        (run / "config.json").write_text(json.dumps({"seed": 7}))
    for name, lines in (("draws", DRAWS), ("summary", SUMMARY), ("differences", DIFFERENCES)):
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    monkeypatch.setattr("sys.argv", ["add_run.py", str(folder), "--run", "mine"])
    return folder


def written() -> dict[str, list[str]]:
    return {name: (add_run.RESULTS / f"{name}.csv").read_text().splitlines()[1:] for name in OLD}


def test_a_run_is_replaced_and_all_else_stays_where_it_was(comparison, capsys):
    add_run.main()
    assert written() == {
        "draws": [
            "before,10,0,0,dag,9.00,mm,,,,,,,0,",
            "mine,5,0,0,dag,4.00,mm,,,,,,,0,",
            "mine,10,0,0,dag,2.55,mm,1.0,50.0,60.0,70.0,80.0,,7,10",
            "mine,10,0,0,pi_model,3.20,mm,,,,,,false,0,",
            "mine,10,123,0,windows_multi_view,1.50,mm,0.0,75.0,80.0,90.0,95.0,true,7,3",
            "after,10,0,0,dag,8.00,mm,,,,,,,0,",
        ],
        "summary": ["mine,10,dag,1,2.55,,mm,1.0"],
        "differences": ["mine,10,windows_multi_view,dag,1,0.59,0.50,0.70,true"],
    }
    assert capsys.readouterr().out == "left out: dag, 10 labelled films, draw 1: running\n"


def test_once_more_changes_nothing(comparison):
    add_run.main()
    once = written()
    add_run.main()
    assert written() == once


def test_what_cannot_be_taken_over_leaves_every_file_as_it_is(comparison):
    (comparison / "differences.csv").write_text("\n".join(DIFFERENCES).replace("dag", "a method of old") + "\n")
    with pytest.raises(ValueError, match="a method of old"):
        add_run.main()
    assert written() == {name: content.splitlines()[1:] for name, content in OLD.items()}
