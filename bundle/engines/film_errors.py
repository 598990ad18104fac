# SPDX-License-Identifier: Apache-2.0
"""The errors of each validation film, of the weights that a run starts from and of its best ones."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from ignite.engine import Engine, Events

from bundle.errors import ConfigurationError
from bundle.metrics.paired_bootstrap import Interval, paired_bootstrap
from bundle.metrics.radial_error import log_error
from bundle.run_folder import BEST_LEVEL


class Errors(NamedTuple):
    """Errors of the validation films by one set of weights.

    Attributes:
        judged: [N, K], of repeated parts the logarithms of those at the best level, else the same as the other.
        as_it_is: [N, K].
        typical: whether they are logarithms.
    """

    judged: torch.Tensor
    as_it_is: torch.Tensor
    typical: bool


class FilmErrors:
    """Keeps the errors of N validation films, in pixels, and judges whether training made them smaller.

    Of repeated parts the typical error is judged, as `History.judged_by` has it; that films are not at a wrong level
    more often is asked besides. It has a state, so that a resumed run judges as an uncut one.

    Args:
        confidence: how sure the verdict has to be, one-sided, in [0.5, 1). At 0.5 every smaller mean will do.

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
        """Whether the errors of films as they are, at whatever level, have become greater beyond chance."""
        change = self._change("as_it_is")
        return change is not None and change.high < 0

    def gain(self) -> Interval | None:
        """Return by how many pixels the best weights are better, and from where to where that gain may lie.

        Of repeated parts the typical error is: a share of itself on each film alike.
        Its lower bound is above 0 where the gain is beyond chance: films that do not agree with one another, or that
        are few, widen the interval (see `paired_bootstrap`).

        Returns:
            The gain; None where it cannot be judged: from fewer than two films, without a validation since, without a
            known landmark, or where no error is left.
        """
        change = self._change("judged")
        if change is None or self.before is None or not self.before.typical:
            return change
        error = math.exp(self.before.judged.nanmean())
        return Interval(*(error - error * math.exp(-logarithm) for logarithm in change))

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

    def _change(self, of: str) -> Interval | None:
        if self.before is None or self.best is None or self.films < 2:
            return None
        before, best = (getattr(errors, of)[None].double().numpy() for errors in (self.before, self.best))
        compared = paired_bootstrap(before, best, confidence=2 * self.confidence - 1)
        return compared.difference if compared else None

    def _validated(self, validator: Engine) -> None:
        state: Any = validator.state
        details = {name: errors.detach().cpu() for name, errors in state.metric_details.items()}
        as_it_is = details[state.key_metric_name]
        typical = BEST_LEVEL in details
        errors = Errors(log_error(details[BEST_LEVEL]) if typical else as_it_is, as_it_is, typical)
        if self.before is None:
            self.before = errors
        elif self.best is None or not self.best.judged.nanmean() < errors.judged.nanmean():
            self.best = errors
