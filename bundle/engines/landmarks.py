# SPDX-License-Identifier: Apache-2.0
"""Which landmarks a configured network has, before any data is loaded."""

from __future__ import annotations

from pathlib import Path

from bundle.dataset.datalist import landmark_names
from bundle.dataset.description import FILE_NAME
from bundle.engines.weights import read_card
from bundle.synthetic.sample import load_site


def known_landmarks(dataset_dir: str | Path, model_file: str | Path, site: str) -> list[str]:
    """Names of the landmarks: of the data set, else of the trained weights, else of the site's synthetic films.

    The last two let `monai.bundle.load()` and `create_workflow(...).network_def` build the network where there is no
    data; training needs the data set and refuses without.

    Raises:
        DatasetError: there is a data set and it breaks a rule of its format.
        CheckpointError: there is no data set, and the weights cannot be read.
    """
    if (Path(dataset_dir) / FILE_NAME).is_file():
        return landmark_names(dataset_dir)
    if Path(model_file).is_file():
        return list(read_card(model_file)["landmarks"])
    return list(load_site(site).landmarks)
