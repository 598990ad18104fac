# SPDX-License-Identifier: Apache-2.0
"""Everything at once for minutes: 550 films over 20 associations, kills, an absent PACS, a full disk; none is lost.

`make test-soak` prints what became of them.
"""

from __future__ import annotations

import copy
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from pydicom import Dataset, dcmread

from archives import NO_RESULT, STRUCTURED_REPORT, Archive, Worker, film_of, send, wait_for

pytestmark = pytest.mark.soak

GOOD, MALFORMED, ASSOCIATIONS, KILLS = 500, 50, 20, 10
PACS_AWAY_SECONDS, DISK_FULL_SECONDS = 60, 15
DISK_MEGABYTES = 24
PAUSE_SECONDS = 2.0, 20.0
"""Between two studies of one modality, so that films arrive as long as things are killed."""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MEGABYTES}m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("no small disk can be made here; run it as root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def sent(tmp_path: Path) -> list[Dataset]:
    """The films: SYNTHETIC ones under many UIDs, some of them malformed."""
    words = ["sample", "--site", "pelvis", "--out", str(tmp_path / "pelvis"), "--labeled", "1", "--unlabeled", "24"]
    subprocess.run([sys.executable, "-m", "bundle", *words], check=True, capture_output=True)
    originals = [dcmread(file) for file in sorted((tmp_path / "pelvis" / "films").glob("*.dcm"))]
    made = []
    for number in range(GOOD + MALFORMED):
        film = copy.deepcopy(originals[number % len(originals)])
        study = f"1.2.826.0.1.3680043.8.498.88.{number // 2 + 1}"
        film.PatientID, film.StudyInstanceUID = f"P{number // 2}", study
        film.SeriesInstanceUID = f"{study}.{number % 2 + 1}"
        film.SOPInstanceUID = film.file_meta.MediaStorageSOPInstanceUID = f"{study}.{number % 2 + 1}.1"
        film.Modality, film.BodyPartExamined = "DX", "PELVIS"
        if number >= GOOD:
            FAULTS[number % len(FAULTS)](film)
        made.append(film)
    random.Random(0).shuffle(made)
    return made


def _without(keyword: str) -> Callable[[Dataset], None]:
    return lambda film: delattr(film, keyword)


def _with(**elements: object) -> Callable[[Dataset], None]:
    return lambda film: film.update(elements)


def _cut(film: Dataset) -> None:
    film.PixelData = film.PixelData[:1000]


FAULTS: list[Callable[[Dataset], None]] = [
    _cut,
    _without("Rows"),
    _without("PixelData"),
    _without("BitsAllocated"),
    _without("PhotometricInterpretation"),
    _with(Rows=0),
    _with(BitsAllocated=7),
    _with(SamplesPerPixel=3),
    _with(PhotometricInterpretation="RUBBISH"),
    _with(SpecificCharacterSet="NONSENSE"),
]


class Modalities:
    """Modalities that send every film until it is acknowledged, as they do in a hospital."""

    def __init__(self, gateway: Archive, films: list[Dataset]) -> None:
        self.gateway = gateway
        self.acknowledged: set[str] = set()
        self._shares = [films[begin::ASSOCIATIONS] for begin in range(ASSOCIATIONS)]
        self._pool = ThreadPoolExecutor(ASSOCIATIONS)
        self._sending = [self._pool.submit(self._send, share) for share in self._shares]

    def wait(self) -> None:
        for each in self._sending:
            each.result(600)

    def _send(self, share: list[Dataset]) -> None:
        left = list(share)
        while left:
            try:
                statuses = send(self.gateway, left[:2])
            except (OSError, RuntimeError):  # the association was aborted
                statuses = []
            for film, status in zip(left[:2], statuses, strict=False):
                if status == 0:
                    self.acknowledged.add(str(film.SOPInstanceUID))
            left = [film for film in left if str(film.SOPInstanceUID) not in self.acknowledged]
            time.sleep(random.uniform(*PAUSE_SECONDS))


def _is_up(node: Worker) -> bool:
    try:
        return node.get("/health").status_code == 200
    except httpx.TransportError:
        return False


def _fill(disk: Path) -> None:
    with (disk / "fill").open("wb", buffering=0) as stream:
        try:
            while True:
                stream.write(b"\0" * 4096)
        except OSError:
            return


def _reports(pacs: Archive, sop_class: str) -> Counter[str]:
    """How many reports of a class there are of each film."""
    return Counter(film_of(report) for report in pacs.of_class(sop_class))


def test_nothing_is_lost_and_nothing_doubled(
    archives: tuple[Archive, Archive],
    between: Callable[..., Worker],
    small_disk: Path,
    sent: list[Dataset],
    capsys: pytest.CaptureFixture[str],
):
    gateway, pacs = archives
    chance = random.Random(1)
    node = between()
    node.state = small_disk / "state"
    node.node["state"] = str(node.state)
    modalities = Modalities(gateway, sent)
    begun = time.monotonic()
    others: list[threading.Thread] = []

    def pacs_away() -> None:
        pacs.stop()
        time.sleep(PACS_AWAY_SECONDS)
        pacs.start()

    for kill in range(KILLS):
        node.start()
        wait_for(lambda: _is_up(node), 300, "the start of the worker")
        if kill in (1, 5):
            gateway.kill()
            time.sleep(2)
            gateway.start()
        if kill == 3:
            others.append(threading.Thread(target=pacs_away))
            others[-1].start()
        if kill == 7:
            _fill(small_disk)
            time.sleep(DISK_FULL_SECONDS)
            (small_disk / "fill").unlink()
        time.sleep(chance.uniform(0.5, 5))
        node.stop(signal.SIGKILL)
    node.start()
    modalities.wait()
    for other in others:
        other.join()
    wait_for(lambda: _is_up(node), 300, "the start of the worker")
    wait_for(lambda: _all_done(node, GOOD + MALFORMED), 900, "the end of all films")
    assert node.stop() == 0

    reports, reasons = _reports(pacs, STRUCTURED_REPORT), _reports(pacs, NO_RESULT)
    together = reports + reasons
    outcomes = {line["sop_instance_uid"]: line["event"] for line in node.audit() if line["event"] != "delivered"}
    found = {
        "received": len(modalities.acknowledged),
        "answered": len(reports),
        "refused with a reason": sum(outcomes[film] == "refused" for film in reasons),
        "quarantined": sum(outcomes[film] == "quarantined" for film in reasons),
        "lost": len(modalities.acknowledged - together.keys()),
        "doubled": sum(number > 1 for number in together.values()),
        "reports by QIDO": len(pacs.get("/dicom-web/instances", Modality="SR", limit=10_000)),
        "seconds": round(time.monotonic() - begun),
    }
    with capsys.disabled():
        print("\n" + "\n".join(f"{name:>22} {number}" for name, number in found.items()))
        print("\n".join(sorted({line.get("reason", "") for line in node.audit()})))
    assert found["received"] == GOOD + MALFORMED
    assert (found["lost"], found["doubled"]) == (0, 0)
    good = {str(film.SOPInstanceUID) for film in sent if int(film.StudyInstanceUID.rsplit(".", 1)[1]) <= GOOD // 2}
    assert good <= reports.keys()
    assert found["reports by QIDO"] == GOOD + MALFORMED


def _all_done(node: Worker, number: int) -> bool:
    lines = node.get("/metrics").text.splitlines()
    done = sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith("landmark_films_total{"))
    return done >= number
