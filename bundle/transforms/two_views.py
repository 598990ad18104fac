# SPDX-License-Identifier: Apache-2.0
"""Two random views of one film."""

from __future__ import annotations

from typing import Any

from monai.transforms import Compose


class TwoViews(Compose):
    """Applies its random transforms twice to the same film, which they must not change in place.

    Takes the arguments of `Compose`; its transforms give `image` and `deformation`.
    """

    def __call__(self, input_: Any, *arguments: Any, **settings: Any) -> Any:  # type: ignore[override]
        """Return the first view of a film, and the second as `second_image` and `second_deformation`."""
        first, second = (super(TwoViews, self).__call__(input_, *arguments, **settings) for _ in range(2))
        return {**first, "second_image": second["image"], "second_deformation": second["deformation"]}
