# SPDX-License-Identifier: Apache-2.0
"""How a run ends that began with the weights of another: never with a worse model, as far as validation films tell."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from bundle.engines.checkpoint import RunCheckpoint
from bundle.engines.film_errors import FilmErrors
from bundle.engines.weights import copy_weights
from bundle.files import write_text
from bundle.metrics.paired_bootstrap import Interval
from bundle.run_folder import ACCEPTANCE, ACCEPTED, BEST, STAGE_1, STAGE_2, VALIDATION

logger = logging.getLogger(__name__)


class AcceptedCheckpoint(RunCheckpoint):
    """Checkpoints of stage 2, or of windows, with an acceptance test at its end.

    Its best weights are `stage2.pt`. Where they are not better on the validation films than those it began with,
    beyond chance (see `FilmErrors`), `best.pt`, which leaves the run, is these; the log, the card and `acceptance.json`
    say so. The end only copies from files that it does not change, so that one that was cut short, or is done again,
    is the same.

    Args:
        film_errors: of the model on each validation film, which judge the gain.
        **settings: of `RunCheckpoint`.
    """

    start_name = STAGE_1
    best_name = STAGE_2

    def __init__(self, film_errors: FilmErrors, **settings: Any) -> None:
        super().__init__(**settings)
        self.film_errors = film_errors

    def _leaving(self) -> Path:
        before, *after = self.history.validation_errors
        best = min(after, default=before)
        gain, accepted = self.film_errors.gain(), self.film_errors.better
        leaving = self.output_dir / BEST
        error_before = self.history.validated[0][VALIDATION]
        facts = {ACCEPTED: accepted, "stage_1_validation_error_px": error_before}
        if accepted:
            copy_weights(self.best, leaving, facts)
        else:
            # the name and all else of this run's card: what leaves it has its settings
            copy_weights(self.start_weights, leaving, {**self.card, "epoch": 0, VALIDATION: error_before, **facts})
        self._record(before, best, gain, accepted)
        self._say(before, best, accepted)
        return leaving

    def _record(self, before: float, best: float, gain: Interval | None, accepted: bool) -> None:
        result = {
            "accepted": accepted,
            "judged_by": self.history.judged_by,
            "loses_level": self.film_errors.loses_level,
            "stage_1_error_px": before,
            "best_validation_error_px": best,
            "gain_px": gain.value if gain else None,
            "gain_at_least_px": gain.low if gain else None,
            "confidence": self.film_errors.confidence,
            "validation_films": self.film_errors.films,
        }
        write_text(self.output_dir / ACCEPTANCE, json.dumps(result, indent=2) + "\n")

    def _say(self, before: float, best: float, accepted: bool) -> None:
        error = f"validation error{self.history.in_words}"
        errors = f"{error} {best:.2f} px at its best, {before:.2f} px with the weights of stage 1"
        if accepted:
            logger.info(f"stage 2 was accepted: {errors}")
            return
        kept = f"{self.best.name} holds the weights that were better in the mean"
        if best < before and self.film_errors.loses_level:
            reason = f"{errors}, but films are further from their level, beyond chance ({kept})"
        elif best < before:
            films = self.film_errors.films
            reason = f"{errors}, which {films} film(s) cannot tell from chance (more validation films may; {kept})"
        else:
            reason = errors
        logger.warning(f"stage 2 was not accepted: {reason}; the weights of stage 1 are exported")
