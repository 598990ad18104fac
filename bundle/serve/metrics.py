# SPDX-License-Identifier: Apache-2.0
"""The metrics of a node for Prometheus: what the ledger holds, which survives the worker, and what is in the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bundle.serve.condition import DESTINATION, OUTBOX, STORAGE, Condition
from bundle.serve.figures import read_figures


class NodeCollector(Collector):
    """Reads the metrics when they are asked for.

    Args:
        state: The state folder.
        condition: Of the worker.
    """

    def __init__(self, state: Path, condition: Condition) -> None:
        self._state = state
        self._condition = condition

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics."""
        figures = read_figures(self._state)
        films = CounterMetricFamily("landmark_films", "Films that are done.", labels=["outcome"])
        for outcome, number in figures.done.items():
            films.add_metric([outcome], number)
        reasons = GaugeMetricFamily("landmark_film_reasons", "Films without results.", labels=["reason"])
        for reason, number in figures.reasons.items():
            reasons.add_metric([reason], number)
        problems = GaugeMetricFamily("landmark_problem", "1 where something is in the way.", labels=["what"])
        for what in (self._condition.source, DESTINATION, STORAGE, OUTBOX):
            problems.add_metric([what], what in self._condition.problems)
        yield films
        yield reasons
        yield problems
        yield GaugeMetricFamily("landmark_waiting_films", "Films that wait to be worked on.", figures.waiting)
        yield GaugeMetricFamily("landmark_outbox_films", "Films whose results wait.", figures.undelivered)
        yield GaugeMetricFamily(
            "landmark_oldest_film_seconds", "Age of the oldest film that is not done.", figures.oldest_seconds
        )
