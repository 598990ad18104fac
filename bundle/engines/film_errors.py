# SPDX-License-Identifier: Apache-2.0
"""The errors of each validation film, of the weights that a run starts from and of its best ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from ignite.engine import Engine, Events

from bundle.errors import ConfigurationError
from bundle.metrics.paired_bootstrap import Interval, paired_bootstrap


class FilmErrors:
    """Keeps the errors `[N, K]` of N validation films, in pixels, and judges whether training made them smaller.

    It has a state, so that a resumed run judges as an uncut one.

    Args:
        confidence: how sure the verdict has to be, one-sided, in [0.5, 1). At 0.5 every smaller mean will do.

    Raises:
        ConfigurationError: no such confidence.
    """

    def __init__(self, confidence: float) -> None:
        if not 0.5 <= confidence < 1:
            raise ConfigurationError(f"accept_confidence is {confidence}; choose at least 0.5 and less than 1")
        self.confidence = confidence
        self.before: torch.Tensor | None = None
        self.best: torch.Tensor | None = None

    def attach(self, engine: Engine) -> None:
        """Attach to the evaluator of the model, whose key metric keeps its details and which is run before training."""
        engine.add_event_handler(Events.COMPLETED, self._validated)

    @property
    def films(self) -> int:
        """Number of validation films."""
        return 0 if self.before is None else len(self.before)

    def gain(self) -> Interval | None:
        """Return by how many pixels the best weights are better, and from where to where that gain may lie.

        Its lower bound is above 0 where the gain is beyond chance: films that do not agree with one another, or that
        are few, widen the interval (see `paired_bootstrap`).

        Returns:
            The gain; None where it cannot be judged: from fewer than two films, without a validation since, without a
            known landmark, or where no error is left.
        """
        if self.before is None or self.best is None or self.films < 2:
            return None
        before, best = (errors[None].double().numpy() for errors in (self.before, self.best))
        compared = paired_bootstrap(before, best, confidence=2 * self.confidence - 1)
        return compared.difference if compared else None

    def state_dict(self) -> dict[str, Any]:
        """Return the errors kept so far."""
        return {"before": self.before, "best": self.best}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take back the errors of a run that is resumed."""
        self.before, self.best = state["before"], state["best"]

    def _validated(self, validator: Engine) -> None:
        state: Any = validator.state
        errors = state.metric_details[state.key_metric_name].detach().cpu()
        if self.before is None:
            self.before = errors
        elif self.best is None or not self.best.nanmean() < errors.nanmean():
            self.best = errors
