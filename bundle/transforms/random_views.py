# SPDX-License-Identifier: Apache-2.0
"""Random views of a film: one with the film itself, or two."""

from __future__ import annotations

from typing import Any

from monai.transforms import Compose


class ViewOfFilm(Compose):
    """Applies its random transforms to a film, which they must not change in place, and keeps it.

    Takes the arguments of `Compose`; its transforms give `image`.
    """

    def __call__(self, input_: Any, *arguments: Any, **settings: Any) -> Any:  # type: ignore[override]
        """Return the view, and the image that it was made of as `film`."""
        return {**super().__call__(input_, *arguments, **settings), "film": input_["image"]}


class TwoViews(Compose):
    """Applies its random transforms twice to the same film, which they must not change in place.

    Takes the arguments of `Compose`; its transforms give `image` and `deformation`.
    """

    def __call__(self, input_: Any, *arguments: Any, **settings: Any) -> Any:  # type: ignore[override]
        """Return the first view of a film, and the second as `second_image` and `second_deformation`."""
        first, second = (super(TwoViews, self).__call__(input_, *arguments, **settings) for _ in range(2))
        return {**first, "second_image": second["image"], "second_deformation": second["deformation"]}
