# SPDX-License-Identifier: Apache-2.0
"""What can be known to fail is said before the first training starts."""

from __future__ import annotations

from bundle.comparison.cells import Request
from bundle.comparison.methods import TRAINED_ON
from bundle.comparison.recorded_settings import require_same_data_set, require_same_settings
from bundle.dataset.description import FILE_NAME, read_dataset
from bundle.dataset.draws import draw as few_shot_draw
from bundle.dataset.unlabelled_pool import unlabelled_pool
from bundle.errors import ConfigurationError
from bundle.files import require_writable

SET_BY_THE_COMPARISON = {
    *("config_file", "dataset_dir", "cache_dir", "shots", "draw", "stage1", "output_dir", "model_file", "resume"),
    *("warm_up", "accept_unconverged"),
}


def check_request(request: Request) -> None:
    """Check settings, data set, and the cells that are there.

    Raises:
        DatasetError: the dataset breaks a rule of its format, or a test film is in the pool of unlabelled films.
        ConfigurationError: a setting, config file or number of films cannot be used, or the folder holds a comparison
            of other settings or of another data set.
        BundleError: a folder cannot be written to.
    """
    for name in request.settings:
        if name in SET_BY_THE_COMPARISON:
            raise ConfigurationError(f"--{name}: is set by the comparison itself; leave it out after --")
    cells = request.work()
    for file in sorted({file for cell in cells if cell.method.stage for file in cell.configs}):
        if not file.is_file():
            raise ConfigurationError(
                f"{file}: there is no such config file; correct --overlays or leave its method out"
            )
    _check_films(request)
    require_writable(request.out, request.cache)
    require_same_data_set(request)
    for cell in cells:
        require_same_settings(cell)


def _check_films(request: Request) -> None:
    description = read_dataset(request.dataset_dir)
    if not any(film.labelled for film in description.test):
        raise ConfigurationError(
            f"{request.dataset_dir / FILE_NAME}: test has no film with landmarks to measure errors on; add some to test"
        )
    for shots in request.shots:
        few_shot_draw(description.training, shots, 0)
        if any(method.stage == 2 and method is not TRAINED_ON for method in request.methods):
            unlabelled_pool(request.dataset_dir, shots, 0)
