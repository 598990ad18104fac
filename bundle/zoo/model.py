# SPDX-License-Identifier: Apache-2.0
"""All that is told of a model that is shared, read before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bundle.dataset.description import FILE_NAME, DatasetDescription, read_dataset
from bundle.engines import read_weights
from bundle.engines.weights import Weights
from bundle.errors import BundleError, DatasetError
from bundle.input_size import sides
from bundle.run_folder import EVALUATION, METRICS, read_json, weights_file
from bundle.transforms import Preprocessing
from bundle.zoo.trainings import named_folder, training_configs, training_of


@dataclass(frozen=True)
class SharedModel:
    """A trained model, what it learned from, and how well.

    Attributes:
        weights: As they were read.
        trainings: Configurations in the order to run them, see `training_configs`; the last made the weights.
        dataset: The films that it learned from and was evaluated on.
        metrics: Content of the `metrics.json` of its evaluation.
        preprocessing: What prepares films for it.
    """

    weights: Weights
    trainings: dict[str, dict[str, Any]]
    dataset: DatasetDescription
    metrics: dict[str, Any]
    preprocessing: Preprocessing

    @property
    def shape(self) -> list[int]:
        """X and Y of what the network is given, in pixels."""
        return list(sides(self.preprocessing.image_size))

    @property
    def scores(self) -> dict[str, float | int]:
        """The errors on the films of the evaluation, as far as they are known."""
        overall = self.metrics["overall"]
        names = {
            "mean_radial_error_mm": "mean_mm",
            "mean_radial_error_px": "mean_px",
            "failure_rate": "failure_rate",
            **{f"detection_rate_{limit}mm": f"sdr_{limit}mm" for limit in ("2", "2.5", "3", "4")},
        }
        known = {score: overall.get(name) for score, name in names.items()}
        return {
            "films": self.metrics["films"],
            **{score: round(value, 4) for score, value in known.items() if value is not None},
        }


def read_shared_model(run: Path, data: Path | None) -> SharedModel:
    """Read a model from its run folder.

    Args:
        run: folder of `bundle train`, or output_dir of a training.
        data: data folder that it learned from; by default the one that the training names.

    Raises:
        CheckpointError: there is no model in the folder, or it cannot be used.
        DatasetError: the data folder is missing, or does not say under which terms its films may be used.
        BundleError: the model was not evaluated, or the folder is not as its training left it.
    """
    if not run.is_dir():
        raise BundleError(f"{run}: there is no such folder; give that of a training or of bundle train")
    weights = read_weights(weights_file(run))
    training = training_of(run, weights.sha256)
    dataset_dir = data or named_folder(training, "dataset_dir")
    if data is None and not (dataset_dir / FILE_NAME).is_file():
        raise DatasetError(f"{dataset_dir}: the model was trained on it, and it is no longer there; give it by --data")
    dataset = read_dataset(dataset_dir)
    weights.require_landmarks(dataset.landmarks)
    if not dataset.licence:
        raise DatasetError(
            f"{dataset_dir / FILE_NAME}: licence is empty; write under which terms the films may be used, who shares a "
            "model has to say so"
        )
    evaluated = training / EVALUATION / METRICS
    if not evaluated.is_file():
        raise BundleError(
            f"{evaluated}: does not exist; evaluate before you share, with 'python -m monai.bundle run --args_file "
            f"configs/presets/evaluate.yaml' and --output_dir {evaluated.parent}"
        )
    return SharedModel(
        weights,
        training_configs(training),
        dataset,
        read_json(evaluated),
        Preprocessing.of_card(weights.card, weights.file),
    )
