# SPDX-License-Identifier: Apache-2.0
"""Health, readiness, metrics and the page say what is so, and name nobody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bundle.serve.condition import DESTINATION, ORTHANC, STUCK_SECONDS, Condition
from bundle.serve.configuration import ModelSection, Node, RuleSection, StatusSection
from bundle.serve.ledger import ANSWERED, QUARANTINED, REFUSED, Film, Ledger
from bundle.serve.measured import Measured
from bundle.serve.status import make_status, served_status


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Seven films: one fits no rule, two wait, two were refused, one is in quarantine, one has undelivered results."""
    ledger = Ledger(tmp_path, retry_seconds=1)
    films = [Film(f"film{number}", f"1.{number}", "1", "m" if number else None, 1000.0) for number in range(7)]
    ledger.take(films)
    for film, pixels in zip(films[1:3], (4, 17), strict=True):
        ledger.answer(film, REFUSED, f"it has {pixels} pixels <b>; send it again", {})
    ledger.answer(films[3], QUARANTINED, "given up", {"a": b"1"})
    ledger.done(films[3], [])
    ledger.answer(films[4], ANSWERED, None, {"a": b"1"})
    return ledger


@pytest.fixture
def condition() -> Condition:
    condition = Condition(ORTHANC)
    assert condition.say(ORTHANC, None)
    return condition


@pytest.fixture
def client(tmp_path: Path, ledger: Ledger, condition: Condition) -> Iterator[httpx.Client]:
    models = {"m": ModelSection(weights=tmp_path, sha256="ab" * 32)}
    rules = (RuleSection(model="m"),)
    node = Node(state=tmp_path, models=models, rules=rules, status=StatusSection(port=0))
    with (
        served_status(node, make_status(node, condition, Measured())) as address,
        httpx.Client(base_url=address) as client,
    ):
        yield client


def test_it_is_ready_unless_something_is_in_the_way(client: httpx.Client, condition: Condition):
    assert client.get("/ready").status_code == 200
    assert condition.say(DESTINATION, "PACS: does not answer") and not condition.say(
        DESTINATION, "PACS: does not answer"
    )
    answer = client.get("/ready")
    assert answer.status_code == 503
    assert answer.json()["problems"] == {DESTINATION: "PACS: does not answer"}
    assert "PACS: does not answer" in client.get("/").text
    assert client.get("/health").status_code == 200


def test_a_worker_that_does_not_go_round_is_not_healthy(client: httpx.Client, condition: Condition):
    condition.beat -= STUCK_SECONDS + 1
    answer = client.get("/health")
    assert answer.status_code == 503 and "restart" in answer.json()["worker"]


def test_the_metrics_are_what_the_ledger_holds(client: httpx.Client, condition: Condition):
    condition.say(DESTINATION, "away")
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(client.get("/metrics").text)
        for sample in family.samples
    }
    assert found[("landmark_films_total", "refused")] == 2
    assert found[("landmark_films_total", "quarantined")] == 1
    assert found[("landmark_films_total", "no_rule")] == 1
    assert found[("landmark_film_reasons", "it has N pixels <b>")] == 2
    assert found[("landmark_waiting_films",)] == 2
    assert found[("landmark_outbox_films",)] == 1
    assert found[("landmark_oldest_film_seconds",)] > 1e6
    assert (found[("landmark_problem", DESTINATION)], found[("landmark_problem", ORTHANC)]) == (1, 0)


def test_the_page_shows_it_and_changes_nothing(client: httpx.Client):
    answer = client.get("/")
    assert "it has N pixels &lt;b&gt;" in answer.text and "ab" * 32 in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    for path in ("/", "/ready", "/metrics"):
        assert client.post(path).status_code == 405
