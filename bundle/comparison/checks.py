# SPDX-License-Identifier: Apache-2.0
"""What can be known to fail is said before the first training starts."""

from __future__ import annotations

from pathlib import Path

from bundle.comparison.cells import Plan
from bundle.comparison.methods import WARM_UP
from bundle.comparison.recorded_settings import require_same_data_set, require_same_settings
from bundle.dataset.description import FILE_NAME, read_dataset
from bundle.dataset.draws import drawn_films
from bundle.dataset.unlabelled_pool import unlabelled_pool
from bundle.errors import ConfigurationError
from bundle.files import require_writable

SET_BY_THE_COMPARISON = {
    *("config_file", "dataset_dir", "cache_dir", "shots", "draw", "stage1", "output_dir", "model_file", "resume"),
    *("warm_up", "initial_weights"),
}


def check_plan(plan: Plan) -> None:
    """Check settings, data set, and the cells that are there.

    Raises:
        DatasetError: the dataset breaks a rule of its format, or a test film is in the pool of unlabelled films.
        ConfigurationError: a setting, config file or number of films cannot be used, or the folder holds a comparison
            of other settings or of another data set.
        BundleError: a folder cannot be written to.
    """
    for name in plan.settings:
        if name in SET_BY_THE_COMPARISON:
            raise ConfigurationError(f"--{name}: is set by the comparison itself; leave it out after --")
    _check_features(plan)
    cells = plan.work()
    for file in sorted({config for cell in cells if cell.method.stage for config in cell.configs}):
        if not file.is_file():
            raise ConfigurationError(
                f"{file}: there is no such config file; correct --overlays or leave its method out"
            )
    _check_films(plan)
    require_writable(plan.out, plan.cache)
    require_same_data_set(plan)
    for cell in cells:
        require_same_settings(cell)


def _check_features(plan: Plan) -> None:
    """The warm-up of `recommended` alone reads them, which begins when stage 1 has come to its end."""
    features = plan.settings.get("features")
    if features is None:
        return
    if not any(method.warm_up is WARM_UP for method in plan.methods):
        raise ConfigurationError("--features: recommended alone reads them; choose it")
    if not Path(features).is_file():
        raise ConfigurationError(f"--features: there is no file {features}; correct the path, or leave it out")


def _check_films(plan: Plan) -> None:
    description = read_dataset(plan.dataset_dir)
    if plan.evaluates and not any(film.labelled for film in description.test):
        raise ConfigurationError(
            f"{plan.dataset_dir / FILE_NAME}: test has no film with landmarks to measure errors on; add some to test"
        )
    for shots in plan.shots:
        drawn_films(description.training, shots, plan.draws[0])
        if any(method.takes_unlabelled for method in plan.methods):
            unlabelled_pool(plan.dataset_dir, shots, plan.draws[0])
