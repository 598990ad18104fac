# SPDX-License-Identifier: Apache-2.0
"""A trained model, applied to films: exactly one record or one reason for each, in the order they were given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, overload

import torch
from monai.data.utils import list_data_collate
from monai.engines import SupervisedEvaluator
from monai.inferers import Inferer, SimpleInferer
from monai.transforms import Compose

import bundle
from bundle.confidence import EstimateConfidence, LookInferer, confidence_file, read_estimator
from bundle.confidence.estimator import ConfidenceEstimator
from bundle.engines import read_weights
from bundle.errors import RadiographError
from bundle.files import sha256_of
from bundle.films.film_folder import film_item, prepare_film
from bundle.films.refusal import refused_by_name
from bundle.measurements import choose_measurements, definitions_sha256, find_body_parts
from bundle.networks import network_from_card
from bundle.results.film_result import FilmResult, Model
from bundle.results.recorder import Recorder
from bundle.run_folder import weights_file
from bundle.transforms import (
    LearnedLandmarksd,
    NormaliseLandmarksd,
    Preprocessing,
    RestoreLandmarksd,
    RestoreLengthsd,
)

FilmFile = str | Path


@dataclass(frozen=True)
class Refusal:
    """Why there is no record of a film.

    Attributes:
        name: The film's file name.
        image: The film's file.
        reason: One sentence with the remedy; it names no patient.
    """

    name: str
    image: Path
    reason: str


class Predictor:
    """Finds the landmarks of films. It is loaded once and applied to any number of them.

    Args:
        model: folder of `bundle train`, output_dir of a training, or a weights file with its card beside it.
        device: where to compute; by default a GPU where there is one.
        batch_size: films at a time.
        measurements: what to measure from the landmarks, see `choose_measurements`.

    Attributes:
        weights: the weights as they were read.
        names: names of the K landmarks.
        network: the network with its weights, on the device.
        preprocessing: what prepares the items of `find_films` for it, as its card says.
        measurements: what is measured.
        body_parts: codes of the body parts on which landmarks lie, by landmark.

    Raises:
        CheckpointError: the model cannot be used.
        ConfigurationError: the measurements cannot be used.
    """

    def __init__(
        self,
        model: FilmFile,
        device: str | torch.device | None = None,
        batch_size: int = 4,
        measurements: str | Sequence[str] = "auto",
    ) -> None:
        self.weights = read_weights(weights_file(model))
        card, file = self.weights.card, self.weights.file
        self.names = tuple(card["landmarks"])
        self.preprocessing = Preprocessing.of_card(card, file)
        self.measurements = choose_measurements(measurements, self.names)
        self.body_parts = find_body_parts(measurements, self.names)
        self.device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self.batch_size = batch_size
        self.network = network_from_card(card, file).eval()
        self.weights.load_into(self.network)
        self.network.to(self.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @cached_property
    def estimator(self) -> ConfidenceEstimator | None:
        """What expects the network's errors, read when it is first needed; None, with a warning, where not calibrated.

        Raises:
            CheckpointError: its file cannot be read, or belongs to other weights.
        """
        return read_estimator(self.weights.file, self.weights.sha256, self.network, self.device)

    @cached_property
    def record(self) -> Recorder:
        """What makes the record of a film."""
        calibration = confidence_file(self.weights.file)
        model = Model(
            self.weights.card["name"],
            bundle.__version__,
            self.weights.sha256,
            sha256_of(calibration) if calibration.is_file() else None,
            definitions_sha256(self.measurements, self.body_parts),
        )
        return Recorder(
            self.names, model, self.measurements, self.weights.never_seen, self.body_parts, self.network.parts
        )

    @overload
    def __call__(  # type: ignore[overload-overlap]  # a str is an iterable of str as well
        self, films: FilmFile
    ) -> FilmResult: ...

    @overload
    def __call__(self, films: Iterable[FilmFile]) -> list[FilmResult | Refusal]: ...

    def __call__(self, films: FilmFile | Iterable[FilmFile]) -> FilmResult | list[FilmResult | Refusal]:
        """Find the landmarks of a film, or of several.

        Args:
            films: the file of one film, or the files of any number.

        Returns:
            The record of one film; of several a list with one record or one refusal each, in their order.

        Raises:
            RadiographError: the one film that was given has no record.
        """
        if not isinstance(films, (str, Path)):
            return list(self.stream(films))
        (found,) = self.stream([films])
        if isinstance(found, Refusal):
            raise RadiographError(found.reason)
        return found

    def stream(self, films: Iterable[FilmFile]) -> Iterator[FilmResult | Refusal]:
        """Yield one record or one refusal a film, in their order; only one batch of films is read at a time."""
        remaining = (film_item(file, file.parent) for file in map(Path, films))
        while batch := list(islice(remaining, self.batch_size)):
            yield from self.results(batch)

    def results(self, films: Sequence[Mapping[str, Any]]) -> list[FilmResult | Refusal]:
        """Give one record or one refusal for each of some films, which make one batch.

        Args:
            films: items of `find_films`.
        """
        results: dict[int, FilmResult | Refusal] = {}
        prepared: dict[int, Mapping[str, Any]] = {}
        for place, film in enumerate(films):
            try:
                with refused_by_name(film["name"]):
                    prepared[place] = prepare_film(film, self.preprocessing)
            except RadiographError as error:
                results[place] = _refusal(film, error)
        if prepared:
            answered = zip(prepared, self._answers(list(prepared.values())), strict=True)
            for place, item in answered:
                try:
                    with refused_by_name(films[place]["name"], "it has no answer"):
                        results[place] = self.record(item)
                except RadiographError as error:
                    results[place] = _refusal(films[place], error)
        return [results[place] for place in range(len(films))]

    def labelled_preprocessing(self) -> Compose:
        """What prepares the items of `datalist`, whose landmarks become those that the network sees."""
        return Compose([self.preprocessing, NormaliseLandmarksd("label", self.preprocessing.image_size)])

    def postprocessing(self, keys: Sequence[str] = ("pred",)) -> Compose:
        """What brings landmarks, and the lengths in which confidence is told, back to pixels of the film.

        Of true landmarks, under `label`, those that the network never saw are left out: it cannot be judged by them.
        """
        size = self.preprocessing.image_size
        learned = [LearnedLandmarksd("label", self.network)] if "label" in keys else []
        lengths = RestoreLengthsd(["expected_error", "error_limit"], size)
        return Compose([RestoreLandmarksd(keys, size), lengths, *learned])

    @property
    def inferer(self) -> Inferer:
        """What asks the network: for what it saw as well, where the handlers need it."""
        return SimpleInferer() if self.estimator is None else LookInferer()

    def confidence_handlers(self) -> list[EstimateConfidence]:
        """Handlers by which an evaluator tells which errors to expect; none where the network is not calibrated."""
        return [] if self.estimator is None else [EstimateConfidence(self.estimator)]

    def _answers(self, items: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """The items with what the network says of them; the evaluator is new, since MONAI's keeps its first length."""
        evaluator = SupervisedEvaluator(
            self.device,
            [list_data_collate(items)],
            self.network,
            inferer=self.inferer,
            postprocessing=self.postprocessing(),
            val_handlers=self.confidence_handlers(),
        )
        evaluator.logger.setLevel("WARNING")
        evaluator.run()
        state: Any = evaluator.state
        return [{**item, **output} for item, output in zip(state.batch, state.output, strict=True)]


def _refusal(film: Mapping[str, Any], error: RadiographError) -> Refusal:
    return Refusal(film["name"], Path(film["path"]), str(error))
