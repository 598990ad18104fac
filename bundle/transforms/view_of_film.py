# SPDX-License-Identifier: Apache-2.0
"""A random view of a film, with the film itself."""

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
