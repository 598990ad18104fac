# SPDX-License-Identifier: Apache-2.0
"""The errors of each validation film, of the weights that a run starts from and of its best ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from ignite.engine import Engine, Events

from bundle.errors import ConfigurationError
from bundle.metrics.paired_bootstrap import Interval, paired_bootstrap
from bundle.metrics.radial_error import from_log_error
from bundle.run_folder import BEST_LEVEL, TYPICAL


class Errors(NamedTuple):
    """Errors of the validation films by one set of weights.

    Attributes:
        judged: [N, K], in pixels; of repeated parts the `log_error` of each film at its best level.
        of_level: [N, 1], of repeated parts what is beyond that error, in pixels; else None.
    """

    judged: torch.Tensor
    of_level: torch.Tensor | None


class FilmErrors:
    """Keeps the errors of N validation films, in pixels, and judges whether training made them smaller.

    Of repeated parts the typical error is judged, as `History.judged_by` has it; that films are not at a wrong level
    more often is asked besides. It has a state, so that a resumed run judges as an uncut one.

    Args:
        confidence: how sure the verdict has to be, one-sided, in [0.5, 1). At 0.5 every smaller mean will do,
            of repeated parts if levels are not further off.

    Raises:
        ConfigurationError: no such confidence.
    """

    def __init__(self, confidence: float) -> None:
        if not 0.5 <= confidence < 1:
            raise ConfigurationError(f"accept_confidence is {confidence}; choose at least 0.5 and less than 1")
        self.confidence = confidence
        self.before: Errors | None = None
        self.best: Errors | None = None

    def attach(self, engine: Engine) -> None:
        """Attach to the evaluator of the model, whose metrics keep their details and which is run before training."""
        engine.add_event_handler(Events.COMPLETED, self._validated)

    @property
    def films(self) -> int:
        """Number of validation films."""
        return 0 if self.before is None else len(self.before.judged)

    @property
    def better(self) -> bool:
        """Whether the best weights are better, beyond chance, and lose no level beyond chance."""
        gain = self.gain()
        return gain is not None and gain.low > 0 and not self.loses_level

    @property
    def loses_level(self) -> bool:
        """Whether films are further from their best level than before, beyond chance."""
        if self.before is None or self.best is None or self.before.of_level is None or self.best.of_level is None:
            return False
        change = self._change(self.before.of_level, self.best.of_level)
        return change is not None and change.high < 0

    def gain(self) -> Interval | None:
        """Return by how many pixels the best weights are better, and from where to where that gain may lie.

        Its lower bound is above 0 where the gain is beyond chance: films that do not agree with one another, or that
        are few, widen the interval (see `paired_bootstrap`). Of repeated parts it is the gain of the typical error.

        Returns:
            The gain; None where it cannot be judged: from fewer than two films, without a validation since, without a
            known landmark, or where no error is left.
        """
        if self.before is None or self.best is None:
            return None
        change = self._change(self.before.judged, self.best.judged)
        if change is None or self.before.of_level is None:
            return change
        typical = from_log_error(self.before.judged.double().nanmean())
        return Interval(*(typical - typical * torch.tensor(change).neg().exp()).tolist())

    def state_dict(self) -> dict[str, Any]:
        """Return the errors kept so far."""
        return {
            "film_errors_before": self.before and list(self.before),
            "film_errors_best": self.best and list(self.best),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take back the errors of a run that is resumed."""
        before, best = state["film_errors_before"], state["film_errors_best"]
        self.before, self.best = before and Errors(*before), best and Errors(*best)

    def _change(self, before: torch.Tensor, best: torch.Tensor) -> Interval | None:
        if self.films < 2:
            return None
        first, second = (errors[None].double().numpy() for errors in (before, best))
        compared = paired_bootstrap(first, second, confidence=2 * self.confidence - 1)
        return compared.difference if compared else None

    def _validated(self, validator: Engine) -> None:
        state: Any = validator.state
        details = {name: errors.detach().double().cpu() for name, errors in state.metric_details.items()}
        judged, of_level = details[state.key_metric_name], None
        if TYPICAL in details:
            of_level = (judged.nanmean(dim=1) - details[BEST_LEVEL].nanmean(dim=1))[:, None]
            judged = details[TYPICAL]
        errors = Errors(judged, of_level)
        if self.before is None:
            self.before = errors
        elif self.best is None or not self.best.judged.nanmean() < errors.judged.nanmean():
            self.best = errors
