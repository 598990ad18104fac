# SPDX-License-Identifier: Apache-2.0
"""How long things take, as Prometheus counts it (https://prometheus.io/docs/concepts/metric_types)."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

_SECONDS = (0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200, 86_400)


class Measured:
    """What is counted while the worker runs; it begins anew with the worker.

    Attributes:
        registry: Of these metrics.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._latency = Histogram(
            "landmark_film_latency_seconds",
            "From a film's arrival to the acknowledgement of its results.",
            ["outcome"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._predicted = Counter("landmark_predicted_films", "Films worked on.", registry=self.registry)
        self._seconds = Counter("landmark_prediction_seconds", "Seconds spent on them.", registry=self.registry)

    def predicted(self, films: int, seconds: float) -> None:
        """Note a batch."""
        self._predicted.inc(films)
        self._seconds.inc(seconds)

    def delivered(self, outcome: str, seconds: float) -> None:
        """Note that the results of a film were acknowledged."""
        self._latency.labels(outcome).observe(max(seconds, 0.0))
