# SPDX-License-Identifier: Apache-2.0
"""Which methods differ, film by film and draw by draw, and whether beyond chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from bundle.comparison.methods import PSEUDO_LABEL, TRAINED_ON, Method
from bundle.comparison.results import Results
from bundle.metrics.paired_bootstrap import PairedDifference, paired_bootstrap


class Difference(NamedTuple):
    """A method against a reference, over the draws that both have."""

    shots: int
    method: Method
    reference: Method
    draws: int
    found: PairedDifference


def differences(results: Results) -> list[Difference]:
    """Compare the methods of the comparison with stage 1, and those of stage 2 with its controls.

    A pair is left out where no draw converged in both, or an error is infinite.
    """
    found = []
    for shots in results.plan.shots:
        for method, reference in _pairs(results.plan.methods, results.plan.stage1):
            first, second = results.done(method, shots), results.done(reference, shots)
            draws = sorted(first.keys() & second.keys())
            if not draws:
                continue
            errors, others = (np.stack([results.errors(done[draw]) for draw in draws]) for done in (first, second))
            difference = paired_bootstrap(errors, others)
            if difference is not None:
                found.append(Difference(shots, method, reference, len(draws), difference))
    return found


def difference_frame(results: Results, found: Sequence[Difference]) -> pd.DataFrame:
    """One row a pair of methods and number of labelled films."""
    return pd.DataFrame(
        {
            **{"shots": pair.shots, "method": pair.method.key, "against": pair.reference.key, "draws": pair.draws},
            **{"unit": results.unit, "beyond_chance": pair.found.beyond_chance},
            **{
                f"{name}{end}": number
                for name, interval in pair.found._asdict().items()
                for end, number in zip(("", "_low", "_high"), interval, strict=True)
            },
        }
        for pair in found
    )


def _pairs(methods: tuple[Method, ...], stage1: Method) -> Iterator[tuple[Method, Method]]:
    """Every trained method against stage 1, and those of stage 2 against the two controls that stand before them."""
    for method in methods:
        if method.stage and method != stage1:
            yield method, stage1
    for place, control in enumerate(methods):
        if control.key in (TRAINED_ON.key, PSEUDO_LABEL.key):
            for method in methods[place + 1 :]:
                if method.stage == 2:
                    yield method, control
