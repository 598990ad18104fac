# SPDX-License-Identifier: Apache-2.0
"""How far a model is from what readers say: on the validation films of its round, and on the films they corrected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import torch

from bundle.label.film_list import ListedFilm
from bundle.label.label import Label
from bundle.label.model_in_use import ModelInUse
from bundle.label.proposer import Proposer
from bundle.label.rounds import Error, Round
from bundle.label.store import Store
from bundle.metrics import radial_error
from bundle.predictor import Refusal

Points = Mapping[str, Sequence[float] | np.ndarray]
_DECIMALS = 3


def error_on(model: ModelInUse, store: Store, films: Sequence[str]) -> Error | None:
    """Mean error of a model on labelled films; None where it cannot be told.

    Args:
        model: The model.
        store: The labels.
        films: Ids of the films.
    """
    listed = [store.films.find(film) for film in films if film in store.films]
    found = model.predictor([film.file for film in listed])
    names = model.names(store.study)
    return _mean(
        (dict(zip(names, result.landmarks, strict=True)), result.spacing, store.label(film).placed)
        for film, result in zip(listed, found, strict=True)
        if not isinstance(result, Refusal)
    )


def correction_error(proposer: Proposer, labelled: Iterable[tuple[ListedFilm, Label]], round_: Round) -> Error | None:
    """Mean distance by which readers moved what the model of a round proposed; None where they labelled no such film.

    It is of films that the model never saw. A reader who leaves a landmark where it was proposed makes it smaller than
    one who never saw the proposal.

    Args:
        proposer: Keeps the proposals.
        labelled: The labelled films.
        round_: That of the model.
    """
    seen = {*round_.training, *round_.validation}
    proposals = ((proposer.kept(film), label) for film, label in labelled if film.id not in seen)
    return _mean(
        (proposal.points, np.array(proposal.spacing or (np.nan, np.nan)), label.placed)
        for proposal, label in proposals
        if proposal is not None and proposal.model == round_.model
    )


def _mean(films: Iterable[tuple[Points, np.ndarray, Points]]) -> Error | None:
    """Mean over all landmarks that were found and placed, of films with their spacing `[2]`, NaN where unknown."""
    pixels, millimetres = [np.empty(0)], [np.empty(0)]
    for found, spacing, placed in films:
        both = [name for name in placed if name in found and np.isfinite(found[name]).all()]
        if both:
            pred, target = (torch.tensor(np.array([[points[name] for name in both]])) for points in (found, placed))
            pixels.append(radial_error(pred, target).numpy()[0])
            millimetres.append(radial_error(pred, target, torch.as_tensor(spacing)[None]).numpy()[0])
    px, mm = np.concatenate(pixels), np.concatenate(millimetres)
    if not px.size:
        return None
    return Error(round(float(px.mean()), _DECIMALS), None if np.isnan(mm).any() else round(float(mm.mean()), _DECIMALS))
