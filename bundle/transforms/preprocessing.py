# SPDX-License-Identifier: Apache-2.0
"""From a film's file to what a network sees: the one definition, for training and for whatever applies the weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from monai.transforms import Compose

from bundle.errors import CheckpointError, ConfigurationError
from bundle.films.load_radiograph import LoadRadiographd
from bundle.input_size import InputSize
from bundle.transforms.letterbox import Letterboxd
from bundle.transforms.scale_grey_levels import ScaleGreyLevelsd

VERSION = 2
"""Raised where the same settings come to give other pixels, so that weights trained on those of before are refused."""


class Preprocessing(Compose):
    """Read a film, scale its grey values between two percentiles to [0, 1], letterbox it.

    It takes an item with the path of its film as `image` to one with the image `[1, X, Y]`.

    Training writes the settings into the card of its weights, and everything that applies these reads them from there:
    a network sees films as it was trained on them, whatever the configuration of the day.

    Args:
        image_size: side of the square in pixels, or [width, height] of the rectangle.
        percentiles: of a film's grey values, which become 0 and 1; what lies beyond is clipped.

    Raises:
        ConfigurationError: a setting is none.
    """

    def __init__(self, image_size: InputSize, percentiles: Sequence[float]) -> None:
        if not _is_size(image_size):
            raise ConfigurationError(
                f"image_size is {image_size!r}; choose a whole number of pixels, at least 1, or [width, height]"
            )
        if not _are_percentiles(percentiles):
            raise ConfigurationError(
                f"percentiles is {percentiles!r}; choose two numbers from 0 to 100, the lower one first"
            )
        self.image_size = image_size if isinstance(image_size, int) else list(image_size)
        self.percentiles = [float(value) for value in percentiles]
        lower, upper = self.percentiles
        super().__init__(
            [
                LoadRadiographd("image"),
                ScaleGreyLevelsd("image", lower, upper),
                Letterboxd("image", image_size),
            ]
        )

    @classmethod
    def of_card(cls, card: Mapping[str, Any], weights: str | Path) -> Preprocessing:
        """That of the films which weights were trained on.

        Args:
            card: `preprocessing`, as `for_card` gives it.
            weights: the weights file, named in an error.

        Raises:
            CheckpointError: the card does not say it, or says another version of it.
        """
        try:
            settings = dict(card["preprocessing"])
            version = settings.pop("version")
            preprocessing = cls(**settings)
        except (KeyError, TypeError, ValueError, ConfigurationError) as error:
            raise CheckpointError(
                f"{weights}: the card beside it (.json) does not say how films were prepared for these weights, which "
                "cannot be guessed; train again"
            ) from error
        if version != VERSION:
            raise CheckpointError(
                f"{weights}: was trained on films prepared in another way (version {version}, now {VERSION}); "
                "train again, or use the version of this bundle that it was trained with"
            )
        return preprocessing

    def for_card(self) -> dict[str, Any]:
        """Plain values that `of_card` reads."""
        return {"version": VERSION, "image_size": self.image_size, "percentiles": self.percentiles}


def _is_size(value: object) -> bool:
    numbers = value if isinstance(value, (list, tuple)) and len(value) == 2 else [value]
    return all(isinstance(number, int) and not isinstance(number, bool) and number >= 1 for number in numbers)


def _are_percentiles(values: object) -> bool:
    if not isinstance(values, (list, tuple)) or len(values) != 2:
        return False
    lower, upper = values
    numbers = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)
    return numbers and 0 <= lower < upper <= 100
