# SPDX-License-Identifier: Apache-2.0
"""Stage 1 as a user runs it: the shipped config on files on disk."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from ignite.engine import Engine, Events
from monai.bundle import ConfigWorkflow

from bundle.engines import validator
from bundle.engines.convergence import ConvergenceReport
from bundle.engines.early_stop import EarlyStop
from bundle.engines.history import History
from bundle.engines.weights import read_card, read_checkpoint, read_weights
from bundle.errors import CheckpointError, ConfigurationError, bundle_error
from bundle.metrics import TypicalError
from bundle.networks import DeepAdaptiveGraph
from bundle.run_folder import read_history
from run_folders import cause_of

Training = Callable[..., ConfigWorkflow]


def test_run_leaves_what_the_next_step_needs(training: Training, tmp_path: Path):
    training().run()
    run = tmp_path / "run"
    rows = read_history(run)
    assert [row["epoch"] for row in rows] == [0, 1, 2]
    assert rows[0]["loss"] is None
    assert all(row["loss"] == pytest.approx(row["global_loss"] + row["local_loss"], rel=1e-4) for row in rows[1:])
    assert json.loads((run / "config.json").read_text())["shots"] == 4
    assert (
        json.loads((run / "environment.json").read_text())["torch"] == torch.__version__.split("+")[0]
        or torch.__version__
    )
    card = read_card(tmp_path / "models" / "model.pt")
    assert card["landmarks"] == ["left top", "right top", "bottom"]
    assert card["validation_error_px"] == pytest.approx(min(row["validation_error_px"] for row in rows[1:]))
    assert list((run / "tensorboard").glob("events*"))


def test_first_validation_is_that_of_the_mean_shape(training: Training, tmp_path: Path):
    workflow = training()
    workflow.run()
    network = workflow.network_def
    shapes = torch.stack([item["label"] for item in workflow.parser.get_parsed_content("train#drawn_films")]) / 31
    assert torch.allclose(network.mean_shape, shapes.mean(0), atol=1e-6)


def test_another_seed_gives_another_run(training: Training, tmp_path: Path):
    for seed in (0, 1):
        training(output_dir=str(tmp_path / str(seed)), seed=seed).run()
    assert read_history(tmp_path / "0")[1] != read_history(tmp_path / "1")[1]


def test_run_that_does_not_converge_says_so_and_what_to_try(
    training: Training, caplog: pytest.LogCaptureFixture, tmp_path: Path
):
    with caplog.at_level(logging.INFO):
        training().run()
    assert "did not converge" in caplog.text
    assert "learning_rate" in caplog.text
    assert json.loads((tmp_path / "run" / "convergence.json").read_text())["converged"] is False


def test_run_that_converges_says_so(training: Training, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO):
        training(converged_below=100.0).run()
    assert "stage 1 converged" in caplog.text


def test_a_training_of_repeated_parts_is_judged_by_its_typical_error(training: Training, dataset: Path, tmp_path: Path):
    document = json.loads((dataset / "dataset.json").read_text())
    document |= {"parts": {name: [name] for name in document["landmarks"]}, "repeated": True}
    (dataset / "dataset.json").write_text(json.dumps(document))
    training().run()
    rows = read_history(tmp_path / "run")
    rounding = 1 + 1e-6  # the same errors, summed in another order
    assert all(row["best_level_error_px"] <= row["validation_error_px"] * rounding for row in rows)
    assert all(row["typical_error_px"] <= row["best_level_error_px"] * rounding for row in rows)  # of means the least
    best = min(rows[1:], key=lambda row: row["typical_error_px"])
    assert json.loads((tmp_path / "run" / "best.json").read_text())["epoch"] == best["epoch"]
    report = json.loads((tmp_path / "run" / "convergence.json").read_text())
    assert report["mean_shape_typical_error_px"] == pytest.approx(rows[0]["typical_error_px"])
    assert report["best_typical_error_px"] == pytest.approx(best["typical_error_px"])
    assert report["best_validation_error_px"] == pytest.approx(best["validation_error_px"])
    assert report["converged"] == (report["best_typical_error_px"] < 0.5 * report["mean_shape_typical_error_px"])


@pytest.mark.parametrize("landmarks, judge", [(3, True), (4, False)])
def test_parts_that_leave_out_a_landmark_do_not_judge(landmarks: int, judge: bool, monkeypatch: pytest.MonkeyPatch):
    made: list[TypicalError] = []
    monkeypatch.setattr(validator, "TypicalError", lambda *given: made.append(TypicalError(*given)) or made[-1])
    network = DeepAdaptiveGraph(landmarks, "hrnet_small")
    validator.Validator(network, 32, parts=[[0], [1], [2]], device=torch.device("cpu"), val_data_loader=[])
    assert bool(made) is judge


def test_a_chain_that_is_learned_but_for_its_level_has_converged(tmp_path: Path):
    history = History(tmp_path, [], {})
    history.rows = [
        {"epoch": 0, "validation_error_px": 40.0, "typical_error_px": 20.0},
        {"epoch": 1, "validation_error_px": 30.0, "typical_error_px": 5.0},
        {"epoch": 2, "validation_error_px": 35.0, "typical_error_px": 2.0},
    ]
    ConvergenceReport(history, tmp_path, 0.5)(Engine(lambda *_: None))
    assert json.loads((tmp_path / "convergence.json").read_text()) == {
        **{"converged": True, "mean_shape_error_px": 40.0, "best_validation_error_px": 35.0},
        **{"mean_shape_typical_error_px": 20.0, "best_typical_error_px": 2.0},
    }


def test_loss_that_is_no_number_stops_the_run(training: Training, tmp_path: Path):
    training(max_epochs=1).run()
    workflow = training(resume=True, max_epochs=2)
    with pytest.raises(RuntimeError) as raised:
        workflow.parser.get_parsed_content("train#optimizer").param_groups[0]["lr"] = float("nan")
        workflow.trainer.add_event_handler(
            Events.EPOCH_STARTED, lambda: workflow.network_def.mean_shape.fill_(torch.nan)
        )
        workflow.run()
    assert "loss is no longer a number in epoch 2" in cause_of(raised.value)
    assert all(
        torch.isfinite(tensor).all() for tensor in read_checkpoint(tmp_path / "run" / "last.pt")["network"].values()
    )


def test_without_validation_films_the_training_films_are_used(training: Training, dataset: Path, tmp_path: Path):
    document = json.loads((dataset / "dataset.json").read_text())
    document["validation"] = []
    (dataset / "dataset.json").write_text(json.dumps(document))
    training().run()
    assert read_history(tmp_path / "run")[-1]["validation_error_px"]


def test_early_stop_ends_after_patience_validations(training: Training, tmp_path: Path):
    training(max_epochs=20, early_stop_patience=2, learning_rate=1e-30).run()
    assert len(read_history(tmp_path / "run")) == 1 + 2


def test_more_shots_than_films_is_refused(training: Training):
    with pytest.raises(RuntimeError) as raised:
        training(shots=7).run()
    assert isinstance(bundle_error(raised.value), ConfigurationError)
    assert "shots is 7 where the training split has 6 labelled films" in cause_of(raised.value)


def test_folder_without_write_permission_is_named(training: Training, tmp_path: Path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(RuntimeError) as raised:
        training(output_dir=str(tmp_path / "file" / "run")).run()
    assert "cannot be written" in cause_of(raised.value)


def test_weights_of_other_landmarks_are_refused(training: Training, tmp_path: Path):
    workflow = training()
    workflow.run()
    weights = read_weights(tmp_path / "models" / "model.pt")
    with pytest.raises(CheckpointError, match=r"model\.pt: was trained on other landmarks"):
        weights.require_landmarks(["hip", "knee", "ankle"])
    weights.require_landmarks(["left top", "right top", "bottom"])


def test_weights_without_card_say_what_is_missing(training: Training, tmp_path: Path):
    training().run()
    (tmp_path / "models" / "model.json").unlink()
    with pytest.raises(CheckpointError, match=r"model\.json: is missing beside model\.pt"):
        read_card(tmp_path / "models" / "model.pt")


def test_cache_is_used_again_and_noticed_when_stale(training: Training, dataset: Path, tmp_path: Path):
    training().run()
    cached = sorted((dataset / "cache").iterdir())
    training(output_dir=str(tmp_path / "second")).run()
    assert sorted((dataset / "cache").iterdir()) == cached
    training(output_dir=str(tmp_path / "third"), image_size=64).run()
    assert len(list((dataset / "cache").iterdir())) == 2 * len(cached)
    film = dataset / "6.png"
    film.write_bytes(film.read_bytes() + b"\0")
    training(output_dir=str(tmp_path / "fourth")).run()
    assert len(list((dataset / "cache").iterdir())) == 2 * len(cached) + 1


def test_films_from_the_cache_and_new_ones_share_a_batch(training: Training, tmp_path: Path):
    training(shots=1).run()
    training(shots=4, output_dir=str(tmp_path / "second")).run()


def test_zero_patience_never_attaches():
    class Trainer:
        def add_event_handler(self, *_: object) -> None:
            raise AssertionError

    EarlyStop(None, 0).attach(Trainer())


def test_best_is_the_best_trained_network_even_where_the_mean_shape_is_better(training: Training, tmp_path: Path):
    training(learning_rate=0.1).run()
    rows = [row for row in read_history(tmp_path / "run") if row["epoch"] != 0]
    card = json.loads((tmp_path / "run" / "best.json").read_text())
    assert card["validation_error_px"] == pytest.approx(min(row["validation_error_px"] for row in rows))


def test_run_shorter_than_the_validation_interval_states_no_error(training: Training, tmp_path: Path):
    training(max_epochs=1, val_interval=5).run()
    assert json.loads((tmp_path / "run" / "best.json").read_text())["validation_error_px"] is None


def test_a_warm_start_begins_with_earlier_weights_and_judges_them_by_the_mean_shape(training: Training, tmp_path: Path):
    earlier = str(tmp_path / "earlier")
    training(output_dir=earlier).run()
    still = {"learning_rate": 1e-30, "weight_decay": 0.0, "max_epochs": 1, "shots": 3}
    workflow = training(initial_weights=f"{earlier}/best.pt", **still)
    workflow.run()
    before, after = read_weights(f"{earlier}/best.pt"), read_weights(tmp_path / "run" / "best.pt")
    parameters = [name for name, _ in workflow.network_def.named_parameters()]
    assert all(torch.allclose(before.state[name], after.state[name], atol=1e-20) for name in parameters)
    assert not torch.equal(before.state["mean_shape"], after.state["mean_shape"]), "of other films"
    training(output_dir=str(tmp_path / "cold"), **still).run()
    assert read_history(tmp_path / "run")[0] == read_history(tmp_path / "cold")[0]


@pytest.mark.parametrize("change", [{"hidden_features": 16}, {"image_size": 64}, {"transform": "perspective"}])
def test_a_warm_start_from_another_network_is_refused(training: Training, tmp_path: Path, change: dict[str, object]):
    earlier = str(tmp_path / "earlier")
    training(output_dir=earlier, max_epochs=1).run()
    with pytest.raises(RuntimeError) as raised:
        training(initial_weights=f"{earlier}/best.pt", **change).run()
    (name,) = change
    assert f"its network was trained with {name}" in cause_of(raised.value)
    assert "--initial_weights" in cause_of(raised.value)


def test_a_warm_start_from_other_landmarks_is_refused(training: Training, dataset: Path, tmp_path: Path):
    earlier = str(tmp_path / "earlier")
    training(output_dir=earlier, max_epochs=1).run()
    document = json.loads((dataset / "dataset.json").read_text())
    (dataset / "dataset.json").write_text(json.dumps({**document, "landmarks": ["hip", "knee", "ankle"]}))
    with pytest.raises(RuntimeError) as raised:
        training(initial_weights=f"{earlier}/best.pt").run()
    assert "best.pt: was trained on other landmarks" in cause_of(raised.value)
