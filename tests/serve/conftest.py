# SPDX-License-Identifier: Apache-2.0
"""A gateway, a PACS behind it, and a worker between: real Orthancs, a network that finds something, small films."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from archives import GATEWAY, MODALITY, PACS, PASSWORD, USER, Archive, Worker
from bundle.files import sha256_of


@pytest.fixture
def model(begun: Callable[..., Path]) -> dict[str, str]:
    """A model as a configuration names it."""
    run = begun("run", noise=0.05)
    return {"weights": str(run), "sha256": sha256_of(run / "best.pt")}


@pytest.fixture
def archives(tmp_path: Path) -> Iterator[tuple[Archive, Archive]]:
    """A gateway and a PACS, of which the gateway may send to the PACS and the PACS only takes what comes from it."""
    gateway, pacs = Archive(tmp_path / "gateway", GATEWAY), Archive(tmp_path / "pacs", PACS)
    gateway.modalities[PACS] = [PACS, "127.0.0.1", pacs.dicom_port]
    gateway.servers["web"] = [f"{pacs.url}/dicom-web/", USER, PASSWORD]
    pacs.modalities = {GATEWAY: [GATEWAY, "127.0.0.1", gateway.dicom_port]}
    assert MODALITY in gateway.modalities
    try:
        yield gateway.start(), pacs.start()
    finally:
        gateway.kill()  # quicker than to stop it
        pacs.kill()


@pytest.fixture
def worker(tmp_path: Path, model: dict[str, str]) -> Iterator[Callable[..., Worker]]:
    """Make a worker of a configuration: `worker(**node)`; those that still run are ended."""
    made: list[Worker] = []

    def make(**node: Any) -> Worker:
        folder = tmp_path / f"worker{len(made)}"
        folder.mkdir()
        made.append(Worker(folder, {"models": {"pelvis": model}, "rules": [{"model": "pelvis"}], **node}))
        return made[-1]

    yield make
    for each in made:
        if each.process is not None and each.process.poll() is None:
            each.process.kill()
            each.process.wait()


@pytest.fixture
def between(archives: tuple[Archive, Archive], worker: Callable[..., Worker]) -> Callable[..., Worker]:
    """Make a worker between the two archives."""

    def make(**node: Any) -> Worker:
        orthanc = {"url": archives[0].url, "user": USER, "password_file": "password"}
        rules = [{"model": "pelvis", "modality": ["DX", "CR"], "body_part": "pelvis"}]
        return worker(**{"orthanc": orthanc, "destination": {"modality": PACS}, "rules": rules, **node})

    return make


@pytest.fixture
def incoming(tmp_path: Path) -> Path:
    """The folder that films come into, of a worker without an Orthanc."""
    folder = tmp_path / "incoming"
    folder.mkdir()
    return folder
