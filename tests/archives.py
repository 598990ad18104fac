# SPDX-License-Identifier: Apache-2.0
"""Real Orthancs on this machine, a modality that sends films to them, and a worker in a process of its own."""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import yaml
from pydicom import Dataset, uid
from pynetdicom import AE

from bundle.__main__ import main
from bundle.films.dicom_elements import RADIOGRAPH_CLASSES
from dicom_films import film_dataset

REPOSITORY = Path(__file__).resolve().parents[1]
MODALITY, GATEWAY, PACS = "XRAY1", "GATEWAY", "PACS"
USER, PASSWORD = "worker", "a long password"
STRUCTURED_REPORT = f"{uid.ComprehensiveSRStorage}\\{uid.Comprehensive3DSRStorage}"
NO_RESULT = uid.BasicTextSRStorage
"""Classes of a report of landmarks, and of a report of a reason."""
_PLUGINS = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(holds: Callable[[], Any], seconds: float = 60, what: str = "it") -> Any:
    """Wait until something holds, and return it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := holds():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come about in {seconds} seconds")


class Archive:
    """An Orthanc of one's own, on loopback and as closed as the one that is shipped.

    Args:
        folder: That it keeps everything in.
        title: Its AE title.
    """

    def __init__(self, folder: Path, title: str) -> None:
        if shutil.which("Orthanc") is None:
            pytest.skip("no Orthanc here; apt-get install orthanc orthanc-dicomweb")
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.title = folder, title
        self.dicom_port, self.http_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.http_port}"
        self.http = httpx.Client(base_url=self.url, auth=(USER, PASSWORD), timeout=60)
        self.modalities: dict[str, Any] = {MODALITY: [MODALITY, "127.0.0.1", free_port()]}
        self.servers: dict[str, list[Any]] = {}
        self.settings: dict[str, Any] = {}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Archive:
        settings = {
            "Name": self.title,
            "StorageDirectory": str(self.folder / "storage"),
            "IndexDirectory": str(self.folder / "storage"),
            "Plugins": [str(_PLUGINS)] if _PLUGINS.exists() else [],
            "HttpPort": self.http_port,
            "DicomPort": self.dicom_port,
            "DicomAet": self.title,
            "DicomCheckCalledAet": True,
            "DicomAlwaysAllowStore": False,
            "DicomAlwaysAllowEcho": False,
            "DicomModalities": self.modalities,
            "DicomWeb": {"Enable": True, "Servers": self.servers},
            "RemoteAccessAllowed": False,
            "AuthenticationEnabled": True,
            "RegisteredUsers": {USER: PASSWORD},
            "OverwriteInstances": False,
            "DicomScuTimeout": 3,
            "StableAge": 1,
            **self.settings,
        }
        file = self.folder / "orthanc.json"
        file.write_text(json.dumps(settings))
        with (self.folder / "log.txt").open("ab") as log:
            self.process = subprocess.Popen(["Orthanc", str(file)], stdout=log, stderr=log)
        wait_for(self._answers, what=f"the start of {self.title}")
        return self

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(30)

    def get(self, path: str, **query: Any) -> Any:
        answer = self.http.get(path, params=query)
        answer.raise_for_status()
        return answer.json()

    def instances(self) -> list[str]:
        return self.get("/instances")

    def of_class(self, sop_class: str) -> list[dict[str, Any]]:
        """The DICOM elements of all instances of a class, or of several with backslashes between, by keyword."""
        query = {"Level": "Instance", "Query": {"SOPClassUID": sop_class}}
        found = self.http.post("/tools/find", json=query)
        found.raise_for_status()
        return [self.get(f"/instances/{name}/simplified-tags") for name in found.json()]

    def _answers(self) -> bool:
        try:
            return self.http.get("/system").status_code == 200
        except httpx.HTTPError:
            return False


def send(archive: Archive, films: Iterable[Dataset], calling: str = MODALITY, called: str | None = None) -> list[int]:
    """Send films by C-STORE over one association, and return the status of each; none where it was refused."""
    films = list(films)
    modality = AE(ae_title=calling)
    for sop_class in sorted({film.SOPClassUID for film in films}):
        modality.add_requested_context(sop_class, uid.ExplicitVRLittleEndian)
    association = modality.associate("127.0.0.1", archive.dicom_port, ae_title=called or archive.title)
    if not association.is_established:
        return []
    try:
        return [int(association.send_c_store(film).get("Status", -1)) for film in films]
    finally:
        association.release()


def film_of(report: dict[str, Any]) -> str:
    """SOP UID of the film that a report is about; it may refer to other results of it as well."""
    (study,) = report["CurrentRequestedProcedureEvidenceSequence"]
    references = [each for series in study["ReferencedSeriesSequence"] for each in series["ReferencedSOPSequence"]]
    (film,) = {
        each["ReferencedSOPInstanceUID"] for each in references if each["ReferencedSOPClassUID"] in RADIOGRAPH_CLASSES
    }
    return str(film)


def films(number: int, **elements: Any) -> list[Dataset]:
    """Small films of three bright spots, two a study; each of a person of its own name and number."""
    made = []
    for index in range(number):
        rng = np.random.default_rng(index)
        pixels = rng.integers(0, 4000, (56, 64)).astype(np.uint16)
        study = f"1.2.826.0.1.3680043.8.498.77.{index // 2 + 1}"
        described = {
            "PatientID": f"P{index // 2}",
            "StudyInstanceUID": study,
            "SeriesInstanceUID": f"{study}.{index % 2 + 1}",
            "SOPInstanceUID": f"{study}.{index % 2 + 1}.1",
            "BodyPartExamined": "PELVIS",
            "ViewPosition": "AP",
            "PatientOrientation": ["L", "F"],
            "BurnedInAnnotation": "NO",
            "PixelSpacing": [0.2, 0.2],
        }
        made.append(film_dataset(pixels, 12, "MONOCHROME2", {**described, **elements}))
    return made


class Worker:
    """A worker in a process of its own, with its configuration.

    Args:
        folder: For its configuration, its state and its log.
        node: The configuration, without `state`.
    """

    def __init__(self, folder: Path, node: dict[str, Any]) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.config = folder / "node.yaml"
        self.log = folder / "log.txt"
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        limits = {"poll_seconds": 0.1, "retry_seconds": 0.3, "free_gigabytes": 0}
        status = {"port": self.port}
        (folder / "password").write_text(PASSWORD + "\n")
        self.node = {"state": str(self.state), "status": status, **node}
        self.node["limits"] = {**limits, **node.get("limits", {})}

    def words(self, *options: str) -> list[str]:
        self.config.write_text(yaml.safe_dump(self.node))
        return [sys.executable, "-m", "bundle", "serve", "--config", str(self.config), *options]

    def start(self, *options: str, program: list[str] | None = None) -> Worker:
        words = self.words(*options)
        with self.log.open("ab") as log:
            environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1"}
            program = words if program is None else [sys.executable, *program, *words[3:]]
            self.process = subprocess.Popen(program, cwd=self.folder, env=environment, stdout=log, stderr=log)
        return self

    def once(self, *options: str) -> int:
        """Run it in this process, which is quicker, until nothing waits, and return its exit code."""
        words = self.words("--once", *options)[3:]
        handler = logging.FileHandler(self.log)
        logging.getLogger().addHandler(handler)
        try:
            with self.log.open("a") as log, redirect_stdout(log), redirect_stderr(log):
                return main(words)
        except SystemExit as stop:
            return int(stop.code or 0)
        finally:
            logging.getLogger().removeHandler(handler)
            handler.close()

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        if self.process is None:
            return 0
        self.process.send_signal(by)
        return self.process.wait(60)

    def audit(self) -> list[dict[str, Any]]:
        file = self.state / "audit.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def said(self) -> str:
        return self.log.read_text()

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=10)
