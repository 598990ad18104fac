# SPDX-License-Identifier: Apache-2.0
"""Against real Orthancs: every film that arrives at the gateway has one report in the PACS, whatever happens."""

from __future__ import annotations

import signal
from collections.abc import Callable

from pydicom import Dataset, uid

from archives import GATEWAY, NO_RESULT, STRUCTURED_REPORT, Archive, Worker, film_of, films, send, wait_for


def reported(pacs: Archive, sop_class: str = STRUCTURED_REPORT) -> list[str]:
    """SOP UIDs of the films that reports in the PACS are about."""
    reports = pacs.of_class(sop_class)
    return sorted(film_of(report) for report in reports)


def uids(sent: list[Dataset]) -> list[str]:
    return sorted(film.SOPInstanceUID for film in sent)


def test_films_in_reports_out_and_reasons_for_the_others(
    archives: tuple[Archive, Archive], between: Callable[..., Worker]
):
    gateway, pacs = archives
    good = films(6)
    broken = films(8)[6:7]
    broken[0].PixelData = broken[0].PixelData[:100]
    hand = films(9, BodyPartExamined="HAND")[8:9]
    assert send(gateway, good + broken + hand) == [0] * 8
    node = between(outputs=["dicom_sr", "dicom_gsps"])
    assert node.once() == 0
    assert reported(pacs) == uids(good)
    assert reported(pacs, NO_RESULT) == uids(broken)
    (told,) = pacs.of_class(NO_RESULT)
    assert told["PatientID"] == "P3" and told["StudyInstanceUID"] == broken[0].StudyInstanceUID
    text = next(item["TextValue"] for item in told["ContentSequence"] if item["ValueType"] == "TEXT")
    assert "pixel" in text.lower() and ".dcm" not in text
    assert len(pacs.of_class(uid.GrayscaleSoftcopyPresentationStateStorage)) == 6
    before = pacs.instances(), gateway.instances()
    send(gateway, good)
    assert node.once() == 0
    (node.state / "ledger.sqlite").unlink()
    assert node.once() == 0
    assert (pacs.instances(), gateway.instances()) == before
    lines = node.audit()
    assert {line["event"] for line in lines} == {"answered", "refused", "delivered"}
    assert "Doe" not in (node.state / "audit.jsonl").read_text() + node.said()


def test_a_worker_that_is_killed_loses_and_doubles_nothing(
    archives: tuple[Archive, Archive], between: Callable[..., Worker]
):
    gateway, pacs = archives
    sent = films(24)
    node = between(limits={"batch": 3})
    send(gateway, sent)
    node.start()
    wait_for(pacs.instances, what="the first reports")
    assert node.get("/health").json()["alive"] is True
    assert node.get("/ready").json() == {"ready": True, "problems": {}}
    assert "results wait to be delivered" in node.get("/").text
    node.stop(signal.SIGKILL)
    assert 0 < len(pacs.instances()) < 24
    assert node.once() == 0
    assert reported(pacs) == uids(sent)
    assert len(gateway.instances()) == 48


def test_results_wait_for_a_pacs_that_is_away_and_arrive(
    archives: tuple[Archive, Archive], between: Callable[..., Worker]
):
    gateway, pacs = archives
    sent = films(5)
    pacs.stop()
    node = between()
    send(gateway, sent)
    assert node.once() == 1
    assert "5 films are not done" in node.said() and "PACS: does not answer" in node.said()
    pacs.start()
    assert node.once() == 0
    assert reported(pacs) == uids(sent)


def test_results_that_a_pacs_refuses_are_sent_until_it_takes_them(
    archives: tuple[Archive, Archive], between: Callable[..., Worker]
):
    gateway, pacs = archives
    allowed = pacs.modalities[GATEWAY]
    aet, host, port = allowed
    pacs.modalities[GATEWAY] = {"AET": aet, "Host": host, "Port": port, "AllowEcho": True, "AllowStore": False}
    pacs.kill()
    pacs.start()
    sent = films(2)
    send(gateway, sent)
    node = between(limits={"retry_seconds": 0.01})
    assert node.once() == 1
    assert "results are not taken" in node.said() and "does not answer" not in node.said()
    pacs.modalities[GATEWAY] = allowed
    pacs.kill()
    pacs.start()
    assert node.once() == 0
    assert reported(pacs) == uids(sent)


def test_results_go_by_dicomweb(archives: tuple[Archive, Archive], between: Callable[..., Worker]):
    gateway, pacs = archives
    sent = films(2)
    send(gateway, sent)
    node = between(destination={"dicomweb": "web"})
    assert node.once() == 0
    found = pacs.get("/dicom-web/instances", Modality="SR")
    assert len(found) == 2
    assert reported(pacs) == uids(sent)


def test_what_is_done_leaves_the_gateway_after_a_time_and_when_it_is_sent_again(
    archives: tuple[Archive, Archive], between: Callable[..., Worker]
):
    gateway, pacs = archives
    sent = films(2)
    hand = films(3, BodyPartExamined="HAND")[2:]
    send(gateway, sent + hand)
    node = between()
    assert node.once() == 0
    assert len(gateway.instances()) == 5
    node.node["keep_days"] = 1e-9
    for _ in range(2):
        assert node.once() == 0
        assert len(gateway.instances()) == 1
        assert reported(pacs) == uids(sent)
        send(gateway, sent)
        assert len(gateway.instances()) == 3


def test_only_the_modalities_that_are_named_may_send(archives: tuple[Archive, Archive]):
    gateway, pacs = archives
    assert send(gateway, films(1), called="ELSEWHERE") == []
    assert send(gateway, films(1), calling="STRANGER") != [0]
    assert gateway.instances() == pacs.instances() == []
