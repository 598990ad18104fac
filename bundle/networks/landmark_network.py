# SPDX-License-Identifier: Apache-2.0
"""What the landmark networks have in common: their landmarks and the mean shape, which are saved with the weights."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import torch
from torch import nn

from bundle.errors import CheckpointError

NAME_BYTES = 256  # as bundle.dataset.validation has it; the same for all, so that a network is built without names


class TrainingOutput(Protocol):
    """What a training step reads of any network; a loss reads more of its own network's output."""

    @property
    def vertices(self) -> torch.Tensor:
        """[B, K, 2], the prediction in [0, 1] of the image."""


class VertexOutput(TrainingOutput, Protocol):
    """What stage 2 reads as well."""

    @property
    def feature_map(self) -> torch.Tensor | None:
        """[B, D, X', Y'] of the Jensen-Shannon loss; None of a network that learns without one."""


class Look(NamedTuple):
    """What a network says of images, and what it saw of them.

    Attributes:
        vertices: [B, K, 2], its answer, see `LandmarkNetwork.forward`.
        features: float32 [B, D, X / stride, Y / stride], see `LandmarkNetwork.features`.
        spread: [B, K], how far about its answer a landmark may lie by what it saw, in longer sides of the image; None
            from a network that does not tell.
    """

    vertices: torch.Tensor
    features: torch.Tensor
    spread: torch.Tensor | None


class LandmarkNetwork(nn.Module, ABC):
    """A network that locates K landmarks and, untrained, returns exactly their mean shape.

    Coordinates are normalised, see `bundle.coordinates`. A landmark that no labelled training film has is not
    learned: its mean shape is NaN, and so is the network's answer, which would be an invented place.

    Args:
        num_landmarks: number K of landmarks.
        **settings: what else the network is built with, plain values by the names of its arguments.

    Attributes:
        mean_shape: [K, 2] in [0, 1], NaN for a landmark that is not learned.
        stride: pixels of the image from one cell of its features to the next.
        tells_spread: whether it tells how far it may be off, see `Look`.
    """

    tells_spread = False
    mean_shape: torch.Tensor
    landmark_name_bytes: torch.Tensor
    stride: int

    def __init__(self, num_landmarks: int, **settings: Any) -> None:
        super().__init__()
        self.num_landmarks = num_landmarks
        self._settings = settings
        self.register_buffer("mean_shape", torch.full((num_landmarks, 2), 0.5))
        self.register_buffer("landmark_name_bytes", encode_names([f"landmark {k + 1}" for k in range(num_landmarks)]))

    def settings(self) -> dict[str, Any]:
        """The `name` of the architecture and its settings, from which `network_from_card` builds it again."""
        return {"name": type(self).__name__, **self._settings}

    @property
    def landmark_names(self) -> list[str]:
        """Names of the landmarks, in order, as saved with the weights."""
        return decode_names(self.landmark_name_bytes)

    @property
    def parts(self) -> list[list[int]]:
        """Landmarks of each of the repeated parts that the network is made of; none of most."""
        return []

    @property
    def learned(self) -> torch.Tensor:
        """[K], whether any labelled training film has a landmark."""
        return self.mean_shape.isfinite().all(dim=-1)

    @property
    def start_shape(self) -> torch.Tensor:
        """The mean shape [K, 2] as vertices start from it: a landmark that is not learned at the mean of the others."""
        known = self.learned[:, None]
        others = torch.where(known, self.mean_shape, 0.0).sum(dim=0) / known.sum()
        return torch.where(known, self.mean_shape, others)

    def answered(self, vertices: torch.Tensor) -> torch.Tensor:
        """Vertices [B, K, 2] without those of landmarks that are not learned, which become NaN."""
        return torch.where(self.learned[:, None], vertices, torch.nan)

    def set_landmarks(self, mean_shape: torch.Tensor, names: Sequence[str]) -> None:
        """Fix what the outputs stand for; saved with the weights.

        Args:
            mean_shape: [K, 2], mean of the labelled training landmarks in [0, 1], NaN where none is labelled.
            names: K names.

        Raises:
            ValueError: shapes differ from K, or no landmark has a mean.
        """
        if tuple(mean_shape.shape) != (self.num_landmarks, 2) or len(names) != self.num_landmarks:
            raise ValueError(
                f"network of {self.num_landmarks} landmarks got a mean shape {tuple(mean_shape.shape)} "
                f"and {len(names)} names"
            )
        if not torch.isfinite(mean_shape).all(dim=-1).any():
            raise ValueError("the mean shape is not finite: every landmark is missing in every labelled training film")
        self.mean_shape.copy_(mean_shape)
        self.landmark_name_bytes.copy_(encode_names(names))

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False) -> Any:
        """Load weights, all or none.

        MONAI's `load` and `copy_model_state` fill in what fits, and hand the network's own tensors back for the rest.

        Raises:
            CheckpointError: some of the tensors are the network's own.
            RuntimeError: as PyTorch has it, names or shapes differ.
        """
        own = self.state_dict()
        kept = [name for name, value in state_dict.items() if name in own and value.data_ptr() == own[name].data_ptr()]
        if kept:
            raise CheckpointError(
                f"these are weights of another network: they do not fit {len(kept)} of {len(own)} tensors of this "
                f'{type(self).__name__}, such as {kept[0]}; build it with the settings under "network" in the card '
                "beside the weights (.json), in MONAI's load by net_override"
            )
        return super().load_state_dict(state_dict, strict, assign)

    @abstractmethod
    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Locate the landmarks of images [B, C, X, Y] in [0, 1]: [B, K, 2] float32, (x, y) in [0, 1] of the image.

        Those that are not learned are NaN.
        """

    @abstractmethod
    def features(self, image: torch.Tensor) -> torch.Tensor:
        """What the network sees in images [B, C, X, Y]: float32 [B, D, X / stride, Y / stride]."""

    @abstractmethod
    def forward_training(self, image: torch.Tensor) -> TrainingOutput:
        """Locate the landmarks and return everything the losses read."""

    def look(self, image: torch.Tensor) -> Look:
        """Locate the landmarks of images [B, C, X, Y] and keep what was seen; in one pass where the network can."""
        return Look(self(image), self.features(image), None)


def encode_names(names: Sequence[str]) -> torch.Tensor:
    """Return names as [K, 256] uint8 of zero-padded UTF-8, for a state dict of tensors alone (`weights_only=True`).

    Raises:
        ValueError: a name is longer.
    """
    for name in names:
        if len(name.encode()) > NAME_BYTES:
            raise ValueError(f"the landmark name {name!r} has more than {NAME_BYTES} bytes")
    rows = [name.encode().ljust(NAME_BYTES, b"\0") for name in names]
    return torch.tensor([list(row) for row in rows], dtype=torch.uint8).reshape(len(rows), NAME_BYTES)


def decode_names(names: torch.Tensor) -> list[str]:
    """Return the names of a [K, 256] tensor made by `encode_names`."""
    return [bytes(row).rstrip(b"\0").decode() for row in names.tolist()]


class VertexNetwork(LandmarkNetwork):
    """A network that moves vertices from their mean shape to where the landmarks are, and can be taught by another."""

    has_feature_map: bool

    @abstractmethod
    def forward_training(self, image: torch.Tensor) -> VertexOutput:
        """Locate the landmarks and return everything the losses of stages 1 and 2 read."""

    def look(self, image: torch.Tensor) -> Look:
        """Locate the landmarks and keep the feature map that they were read from, in one pass."""
        output = self.forward_training(image)
        features = self.features(image) if output.feature_map is None else output.feature_map
        return Look(self.answered(output.vertices), features, None)
