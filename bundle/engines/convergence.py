# SPDX-License-Identifier: Apache-2.0
"""Say in words, at the end of stage 1, whether it converged."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from ignite.engine import Engine, Events

from bundle.engines.history import History
from bundle.files import write_text
from bundle.run_folder import CONVERGENCE, TYPICAL, VALIDATION

logger = logging.getLogger(__name__)


class ConvergenceReport:
    """Compares the best validation error with that of the mean shape alone, logs a sentence and keeps it on disk.

    Both are of `History.judged_by`: a chain that is found a part too high is learned, but for its level.

    Args:
        history: the run's history, whose first row is the mean shape's error.
        output_dir: the run folder; `convergence.json` is written there.
        converged_below: largest ratio of the two errors that counts as converged.
    """

    def __init__(self, history: History, output_dir: str | Path, converged_below: float) -> None:
        self.history = history
        self.file = Path(output_dir) / CONVERGENCE
        self.converged_below = converged_below

    def attach(self, engine: Engine) -> None:
        """Attach to the trainer."""
        engine.add_event_handler(Events.COMPLETED, self)

    def __call__(self, engine: Engine) -> None:
        """Report on the run that ended."""
        judged_by = self.history.judged_by
        mean_shape, *trained = self.history.validated
        kept = min(trained, key=lambda row: row[judged_by], default=mean_shape)
        baseline, best = mean_shape[judged_by], kept[judged_by]
        result = {"mean_shape_error_px": mean_shape[VALIDATION], "best_validation_error_px": kept[VALIDATION]}
        if judged_by == TYPICAL:
            result |= {"mean_shape_typical_error_px": baseline, "best_typical_error_px": best}
        converged = best < self.converged_below * baseline
        write_text(self.file, json.dumps({"converged": converged, **result}, indent=2) + "\n")
        errors = f"best validation error{self.history.in_words} {best:.2f} px, mean shape alone {baseline:.2f} px"
        if converged:
            logger.info(f"stage 1 converged: {errors}")
        else:
            logger.warning(
                f"stage 1 did not converge: {errors}, which is not below {self.converged_below:g} of it. Try in this "
                "order: learning_rate 1e-3 (not with heatmaps), more max_epochs, a smaller translate, more labelled "
                "films; and look at the overlays for landmarks in another order or on the wrong side"
            )
