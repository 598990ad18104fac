# SPDX-License-Identifier: Apache-2.0
"""Whatever applies weights prepares films as they were prepared in training."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from monai.bundle import ConfigWorkflow

from bundle.errors import CheckpointError

Make = Callable[..., ConfigWorkflow]

CONFIGS = Path(__file__).resolve().parents[2] / "configs"


@pytest.fixture
def trained(training: Make, tmp_path: Path) -> tuple[Path, dict[str, torch.Tensor]]:
    """Weights trained with percentiles of their own, and what training saw of each film."""
    workflow = training(max_epochs=1, percentiles=[5, 80])
    workflow.run()
    films = [workflow.parser.get_parsed_content(name) for name in ("train#drawn_films", "validate#dataset")]
    seen = {dataset[i]["name"]: dataset[i]["image"] for dataset in films for i in range(len(dataset))}
    return tmp_path / "models" / "model.pt", seen


@pytest.mark.parametrize(
    ("overlays", "films"),
    [((), "dataset"), (("evaluate.yaml",), "dataset"), (("evaluate.yaml", "calibrate.yaml"), "drawn_films")],
    ids=["inference", "evaluate", "calibrate"],
)
def test_weights_see_the_pixels_they_were_trained_on(
    apply: Make, trained: tuple, dataset: Path, overlays: tuple[str, ...], films: str
):
    weights, seen = trained
    settings = {"split": "validation"} if overlays else {}
    parser = apply(*overlays, checkpoint=str(weights), dataset_dir=str(dataset), **settings).parser
    given = parser.get_parsed_content(films)
    items = list(given) if films == "dataset" and not overlays else [given[i] for i in range(len(given))]
    both = {item["name"]: item["image"] for item in items if item["name"] in seen}
    assert len(both) >= 2
    assert all(torch.equal(image, seen[name]) for name, image in both.items())


def test_weights_whose_card_does_not_say_it_are_refused(apply: Make, trained: tuple, dataset: Path):
    weights, _ = trained
    card = json.loads(weights.with_suffix(".json").read_text())
    del card["preprocessing"]
    weights.with_suffix(".json").write_text(json.dumps({**card, "image_size": 32}))
    with pytest.raises(RuntimeError) as raised:
        apply(checkpoint=str(weights), dataset_dir=str(dataset)).run()
    assert isinstance(raised.value.__cause__, CheckpointError) and "train again" in str(raised.value.__cause__)


def test_no_config_defines_it_a_second_time():
    for config in [*CONFIGS.rglob("*.json"), *CONFIGS.rglob("*.yaml")]:
        assert "ScaleIntensityRangePercentiles" not in config.read_text(), config
        assert "Letterbox" not in config.read_text(), config
