# SPDX-License-Identifier: Apache-2.0
"""`metadata.json` of a shared model: that of this bundle, with what is told of the model, its films and its errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bundle.run_folder import read_json
from bundle.workflow import ROOT
from bundle.zoo.model import SharedModel

METADATA = Path("configs", "metadata.json")


def metadata_of(model: SharedModel) -> dict[str, Any]:
    """Describe a model as MONAI's schema asks for.

    Raises:
        BundleError: this bundle's own file cannot be read.
    """
    metadata = read_json(Path(ROOT, METADATA))
    names = list(model.weights.card["landmarks"])
    formats = metadata["network_data_format"]
    return {
        **metadata,
        "name": title(model),
        "description": f"{description(model)}. {metadata['description'].split('. ')[0]}.",
        "data_source": model.dataset.description or model.dataset.name,
        "data_type": ", ".join(_suffixes(model)),
        "image_classes": _image_classes(model),
        "eval_metrics": model.scores,
        "network_data_format": {
            "inputs": {"image": {**formats["inputs"]["image"], "spatial_shape": model.shape}},
            "outputs": {
                "pred": {
                    **formats["outputs"]["pred"],
                    "num_channels": len(names),
                    "channel_def": {str(index): name for index, name in enumerate(names)},
                }
            },
        },
    }


def title(model: SharedModel) -> str:
    """Name of the model for people."""
    return f"Landmarks: {model.dataset.name}"


def description(model: SharedModel) -> str:
    """What the model does and learned from, without a full stop."""
    card = model.weights.card
    films = f"{'SYNTHETIC ' if model.dataset.synthetic else ''}radiographs of {model.dataset.name}"
    shots = card.get("shots")
    return (
        f"Localizes {len(card['landmarks'])} landmarks in one radiograph. Trained by {card['name']} on "
        f"{'the' if shots is None else shots} labelled {films}"
    )


def _image_classes(model: SharedModel) -> str:
    lower, upper = model.preprocessing.percentiles
    return (
        f"single channel radiograph, larger is whiter, percentiles {lower:g} to {upper:g} of its grey levels scaled to "
        f"[0, 1], padded to {' x '.join(map(str, model.shape))}"
    )


def _suffixes(model: SharedModel) -> list[str]:
    """How the files of its films end, as `data_type` has it."""
    dataset = model.dataset
    films = (*dataset.training, *dataset.validation, *dataset.test, *dataset.unlabeled)
    kinds = {film.image.suffix.lower().lstrip(".") or "dcm" for film in films}
    return sorted("dicom" if kind in ("dcm", "dicom") else kind for kind in kinds)
