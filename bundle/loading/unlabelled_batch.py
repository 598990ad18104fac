# SPDX-License-Identifier: Apache-2.0
"""Films without landmarks as training reads them: the film itself, and random views of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from monai.data.utils import list_data_collate

from bundle.transforms.deformation import Deformation


class FilmView(NamedTuple):
    """A random view of a film, or of each film of a batch.

    Attributes:
        image: [C, S, S]; of a batch [B, C, S, S].
        deformation: From the film to the view.
    """

    image: torch.Tensor
    deformation: Deformation


@dataclass(frozen=True, eq=False)
class UnlabelledFilm:
    """A film of the pool with its views, read by a worker.

    Attributes:
        film: [C, S, S], prepared, as the views were made of it.
        index: Its place in the pool.
        views: As many as were asked for.
        unreadable: Why films before it, in whose place it stands, cannot be read, by their place in the pool.
    """

    film: torch.Tensor
    index: int
    views: tuple[FilmView, ...]
    unreadable: Mapping[int, str]


@dataclass(frozen=True, eq=False)
class UnlabelledBatch:
    """B films of the pool with their views; a labelled batch is MONAI's dictionary of `image` and `label`.

    Attributes:
        film: [B, C, S, S], prepared, as the views were made of them.
        index: [B], their places in the pool.
        views: As many as were asked for.
        unreadable: Why films that were met on the way cannot be read, by their place in the pool.
    """

    film: torch.Tensor
    index: torch.Tensor
    views: tuple[FilmView, ...]
    unreadable: Mapping[int, str]

    @classmethod
    def collate(cls, films: Sequence[UnlabelledFilm]) -> UnlabelledBatch:
        """Make a batch of films, as the `collate_fn` of a loader."""
        return cls(
            film=list_data_collate([film.film for film in films]),
            index=torch.tensor([film.index for film in films]),
            views=tuple(map(list_data_collate, zip(*(film.views for film in films), strict=True))),
            unreadable={index: reason for film in films for index, reason in film.unreadable.items()},
        )

    @property
    def view(self) -> FilmView:
        """The only view, which teacher and student see in stage 2."""
        (view,) = self.views
        return view

    def select(self, chosen: torch.Tensor) -> UnlabelledBatch:
        """The batch of some of its films: [B], whether each is one."""
        views = tuple(FilmView(view.image[chosen], view.deformation.select(chosen)) for view in self.views)
        return replace(self, film=self.film[chosen], index=self.index[chosen], views=views)

    def to(self, device: torch.device, non_blocking: bool = False) -> UnlabelledBatch:
        """The batch with its images on a device; places and deformations stay on the CPU, where the memories are."""
        film = self.film.to(device, non_blocking=non_blocking)
        views = tuple(view._replace(image=view.image.to(device, non_blocking=non_blocking)) for view in self.views)
        return replace(self, film=film, views=views)
