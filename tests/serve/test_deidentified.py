# SPDX-License-Identifier: Apache-2.0
"""A node for a research archive: the film arrives there with its report, and neither says whose it is."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pydicom import Dataset, dcmread, uid

from archives import NO_RESULT, PACS, STRUCTURED_REPORT, USER, Archive, Worker, film_of, films, send
from bundle.errors import ConfigurationError
from bundle.predictor import Predictor
from bundle.serve.ledger import Film, Ledger
from bundle.serve.reading import read_node
from bundle.serve.seed import read_seed

PATIENT: dict[str, Any] = {
    "PatientName": "Quillfeather^Jane",
    "PatientID": "MRN-4711",
    "StudyDate": "20260110",
    "ImageComments": "Quillfeather, MRN-4711",
    "InstitutionName": "Saint Elsewhere",
    "ReferringPhysicianName": "Housewright^Gregory",
}
SECRETS = (
    "quillfeather",
    "mrn-4711",
    "elsewhere",
    "housewright",
    "doe^jane",
    "acc4712",
    "1.2.826.0.1.3680043.8.498.77.",
)
TODAY = f"{datetime.now():%Y%m%d}"


@pytest.fixture
def seed(tmp_path: Path) -> dict[str, str]:
    file = tmp_path / "seed"
    file.touch(0o600)
    file.write_text("5" * 64 + "\n")
    return {"seed_file": str(file)}


@pytest.fixture
def node(worker: Callable[..., Worker], incoming: Path, tmp_path: Path, seed: dict[str, str]) -> Worker:
    folders = {"films": str(incoming), "results": str(tmp_path / "out"), "settle_seconds": 0}
    outputs = ["dicom_sr", "dicom_gsps", "secondary_capture", "json"]
    return worker(folder=folders, outputs=outputs, deidentify=seed, limits={"tries": 2, "retry_seconds": 0.01})


def unsafe(files: Sequence[Path]) -> list[tuple[str, str]]:
    """Secrets, and the date of today by which one could tell how far dates were moved, in names and contents."""
    secrets = [secret.encode() for secret in (*SECRETS, TODAY)]
    read = [(file, str(file).encode().lower() + file.read_bytes().lower()) for file in files if file.is_file()]
    return [(file.name, secret.decode()) for file, content in read for secret in secrets if secret in content]


def write(folder: Path, name: str, film: Dataset) -> None:
    film.save_as(folder / name, enforce_file_format=True)


def test_results_in_a_folder_name_and_hold_nobody(node: Worker, incoming: Path, tmp_path: Path):
    for index, film in enumerate(films(2, **PATIENT)):
        write(incoming, f"Quillfeather {index}.dcm", film)
    assert node.once() == 0
    out = sorted((tmp_path / "out").iterdir())
    assert unsafe(out) == []
    made = {file.name: dcmread(file) for file in out if file.suffix == ".dcm"}
    sent = {each.SOPInstanceUID: each for each in made.values() if each.SOPClassUID in films(1)[0].SOPClassUID}
    assert len(sent) == 2 and len({each.StudyInstanceUID for each in made.values()}) == 1
    for film in sent:
        assert made[f"{film}.dcm"].SOPInstanceUID == film
        report = made[f"{film}.dcm.sr.dcm"]
        (study,) = report.CurrentRequestedProcedureEvidenceSequence
        referred = {
            each.ReferencedSOPInstanceUID
            for series in study.ReferencedSeriesSequence
            for each in series.ReferencedSOPSequence
        }
        assert film in referred and report.PatientID == sent[film].PatientID == report.PatientName
        assert report.ContentDate == report.StudyDate == sent[film].StudyDate != "20260110"
        (state_series,) = made[f"{film}.dcm.pr.dcm"].ReferencedSeriesSequence
        assert state_series.ReferencedImageSequence[0].ReferencedSOPInstanceUID == film
        assert json.loads((tmp_path / "out" / f"{film}.dcm.json").read_text())["name"] == f"{film}.dcm"
    assert {line["sop_instance_uid"] for line in node.audit()} == {film.SOPInstanceUID for film in films(2)}
    assert not any(secret in node.said().lower() for secret in SECRETS)
    dciodvfy = shutil.which("dciodvfy")
    if dciodvfy is None:
        pytest.skip("no dciodvfy here; apt-get install dicom3tools")
    for name, each in made.items():
        if each.Modality == "SR":
            judged = subprocess.run([dciodvfy, tmp_path / "out" / name], capture_output=True, text=True, check=False)
            assert "Comprehensive3DSR" in judged.stderr and "Error" not in judged.stderr, judged.stderr


def test_what_may_not_leave_is_told_here_and_nowhere_else(node: Worker, incoming: Path, tmp_path: Path):
    write(incoming, "text.dcm", films(1, **PATIENT, BurnedInAnnotation="YES")[0])
    write(incoming, "good.dcm", films(2, **PATIENT)[1])
    (incoming / "Quillfeather.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert node.once() == 0
    told = {line["reason"].partition(":")[2][:12] for line in node.audit() if line["event"] == "quarantined"}
    assert told == {" BurnedInAnn", " it is no DI"}
    assert "2 films are in quarantine, without landmarks: the audit says why" in node.said()
    names = {file.name.partition(".dcm")[0] for file in (tmp_path / "out").iterdir()}
    assert len(names) == 1 and unsafe(list((tmp_path / "out").iterdir())) == []


def test_a_film_without_results_has_a_report_that_names_nobody(
    node: Worker, incoming: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    broken = films(1, **PATIENT)[0]
    broken.PixelData = broken.PixelData[:100]
    write(incoming, "broken.dcm", broken)
    write(incoming, "poison.dcm", films(2, **PATIENT)[1])
    results = Predictor.results

    def poisoned(self: Predictor, items: Sequence[Mapping[str, Any]]) -> list:
        if any(len(dcmread(item["path"]).PixelData) > 100 for item in items):
            raise RuntimeError("Quillfeather")
        return results(self, items)

    monkeypatch.setattr(Predictor, "results", poisoned)
    assert node.once() == 0
    out = list((tmp_path / "out").iterdir())
    assert [dcmread(file).SOPClassUID for file in out] == [NO_RESULT, NO_RESULT]
    assert unsafe(out) == []
    assert list((node.state / "scratch").iterdir()) == []


def test_through_real_archives(archives: tuple[Archive, Archive], between: Callable[..., Worker], seed: dict[str, str]):
    gateway, archive = archives
    sent = films(4, **PATIENT)
    text = films(5, **PATIENT, BurnedInAnnotation="YES")[4:]
    assert send(gateway, sent + text) == [0] * 5
    node = between(deidentify=seed, outputs=["dicom_sr", "dicom_gsps"])
    assert node.once() == 0
    found = {each["SOPInstanceUID"]: each for each in archive.of_class(sent[0].SOPClassUID)}
    reports = archive.of_class(STRUCTURED_REPORT)
    assert len(found) == 4 and sorted(map(film_of, reports)) == sorted(found)
    assert len(archive.of_class(uid.GrayscaleSoftcopyPresentationStateStorage)) == 4
    assert len({each["StudyInstanceUID"] for each in found.values()}) == 2
    for query in (
        {"PatientID": "MRN-4711"},
        {"PatientName": "Quillfeather*"},
        {"StudyInstanceUID": sent[0].StudyInstanceUID},
    ):
        level = {"Level": "Study", "Query": query}
        assert archive.http.post("/tools/find", json=level).json() == []
        assert gateway.http.post("/tools/find", json=level).json() != []
    assert archive.get("/dicom-web/studies", PatientID="MRN-4711") == []
    stored = list((archive.folder / "storage").rglob("*"))
    assert [found for found in unsafe(stored) if not found[0].startswith("index")] == []
    assert {secret for _, secret in unsafe(stored)} <= {TODAY}  # Orthanc notes when it received something
    before = archive.instances(), gateway.instances()
    send(gateway, sent)
    assert node.once() == 0
    (node.state / "ledger.sqlite").unlink()
    assert node.once() == 0
    assert (archive.instances(), gateway.instances()) == before


def test_a_ledger_keeps_to_its_seed(node: Worker, incoming: Path, tmp_path: Path):
    write(incoming, "film.dcm", films(1, **PATIENT)[0])
    assert node.once() == 0
    deidentify = node.node.pop("deidentify")
    assert node.once() == 2 and "films with their patient" in node.said()
    node.node["deidentify"] = deidentify
    Path(deidentify["seed_file"]).write_text("6" * 64)
    assert node.once() == 2 and "another folder as state" in node.said()
    used = Ledger(tmp_path, 1)
    used.take([Film("1", "1.2", "1", "pelvis", 0)])
    with pytest.raises(ConfigurationError, match="films with their patient"):
        used.belong_to("12345678")
    used.belong_to("")
    used.close()


@pytest.mark.parametrize(
    ("content", "mode", "said"), [(None, 0o600, "openssl"), ("5" * 64, 0o640, "chmod 600"), ("short", 0o600, "guessed")]
)
def test_a_seed_that_is_no_secret_is_refused(tmp_path: Path, content: str | None, mode: int, said: str):
    file = tmp_path / "seed"
    if content is not None:
        file.write_text(content)
        file.chmod(mode)
    with pytest.raises(ConfigurationError, match=said) as raised:
        read_seed(file)
    assert content is None or content not in str(raised.value)


def test_its_mistakes_are_told_with_the_others(tmp_path: Path, worker: Callable[..., Worker]):
    made = worker(
        orthanc={"url": "http://127.0.0.1:1", "user": USER, "password_file": "password"},
        destination="none",
        deidentify={"seed_file": "nowhere"},
        outputs=["csv"],
    )
    made.words()
    with pytest.raises(ConfigurationError) as raised:
        read_node(made.config)
    told = [line.removeprefix("  - ") for line in str(raised.value).splitlines()[1:]]
    assert [line.partition(":")[0] for line in told] == ["outputs", "deidentify", "deidentify.seed_file"]
    made.node |= {"destination": {"modality": PACS}, "deidentify": {"seed_file": "seed"}, "outputs": ["dicom_sr"]}
    made.words()
    (made.folder / "seed").touch(0o600)
    (made.folder / "seed").write_text("5" * 64)
    assert read_node(made.config).deidentify.seed_file == made.folder / "seed"
