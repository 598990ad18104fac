# SPDX-License-Identifier: Apache-2.0
"""Films of a real Orthanc by its DICOMweb: what a search finds is answered as the same films of a folder are."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests
from dicomweb_client import DICOMwebClient
from pydicom.uid import SecondaryCaptureImageStorage

from archives import GATEWAY, PASSWORD, USER, Archive, films, send
from bundle.batch import dicomweb
from bundle.batch.dicomweb import FoundFilms, Query
from bundle.errors import BundleError, ConfigurationError, StorageError


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Archive]:
    """An archive that lets us in by the name and the password in ~/.netrc."""
    netrc = tmp_path / "netrc"
    netrc.write_text(f'machine 127.0.0.1 login {USER} password "{PASSWORD}"\n')
    monkeypatch.setenv("NETRC", str(netrc))
    archive = Archive(tmp_path / "archive", GATEWAY)
    try:
        yield archive.start()
    finally:
        archive.kill()


def search(archive: Archive, query: str = "Modality=DX") -> str:
    return f"{archive.url}/dicom-web/instances?{query}"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The first film of each page of two that is asked for."""
    offsets: list[int] = []
    search = DICOMwebClient.search_for_instances

    def ask(client: DICOMwebClient, **words: Any) -> list[dict[str, Any]]:
        offsets.append(words["offset"])
        return search(client, **words)

    monkeypatch.setattr(dicomweb, "_FILMS_A_PAGE", 2)
    monkeypatch.setattr(DICOMwebClient, "search_for_instances", ask)
    return offsets


def test_what_a_search_finds_has_the_rows_of_a_folder(
    archive: Archive, do: Callable, rows: Callable, tmp_path: Path, asked: list[int]
):
    sent = films(5, Modality="DX")
    assert send(archive, sent) == [0] * 5
    other = {"SOPInstanceUID": "1.2.3", "SeriesInstanceUID": "1.2"}
    assert send(archive, films(1, Modality="OT", SOPClassUID=SecondaryCaptureImageStorage, **other)) == [0]
    folder = tmp_path / "folder"
    folder.mkdir()
    for film in sent:
        film.save_as(folder / f"{film.SOPInstanceUID}.dcm", enforce_file_format=True)
    assert do(folder) == 0
    expected = rows().set_index("sop_instance_uid")
    shutil.rmtree(tmp_path / "rows")

    assert do(search(archive)) == 0
    found = rows().set_index("sop_instance_uid")
    assert set(found.index) == {film.SOPInstanceUID for film in sent}
    assert set(found.status) == {"answered"}
    assert found.path[sent[0].SOPInstanceUID] == (
        f"studies/{sent[0].StudyInstanceUID}/series/{sent[0].SeriesInstanceUID}/instances/{sent[0].SOPInstanceUID}"
    )
    for uid, row in found.iterrows():
        there = [(point["x"], point["y"]) for point in expected.landmarks[uid]]
        here = [(point["x"], point["y"]) for point in row.landmarks]
        assert np.allclose(here, there, atol=1e-3), "pixels; films of another batch differ in the last digit"
    assert not list(tmp_path.glob("rows/*.dcm")), "films are not kept"
    assert asked == [0, 2, 4, 5], "each page once, though films are counted as well"


def test_films_that_are_done_are_not_fetched_again(archive: Archive, do: Callable, rows: Callable, monkeypatch):
    send(archive, films(2, Modality="DX"))
    assert do(search(archive)) == 0
    send(archive, films(3, Modality="DX"))
    fetched = []
    fetch = dicomweb.ArchivedFilm.fetch
    monkeypatch.setattr(dicomweb.ArchivedFilm, "fetch", lambda film, to: fetched.append(film.path) or fetch(film, to))
    assert do(search(archive)) == 0
    assert len(fetched) == 1
    assert rows().path.is_unique and len(rows()) == 3


def test_a_film_that_is_taken_away_meanwhile_is_refused_and_the_others_answered(
    archive: Archive, do: Callable, rows: Callable, monkeypatch: pytest.MonkeyPatch
):
    send(archive, films(3, Modality="DX"))
    fetch = dicomweb.ArchivedFilm.fetch
    gone: list[str] = []

    def away(film: dicomweb.ArchivedFilm, folder: Path) -> Path:
        if not gone:
            gone.append(film.path)
            (name,) = archive.http.post("/tools/lookup", content=film.path.split("/")[-1]).json()
            archive.http.delete(name["Path"])
        return fetch(film, folder)

    monkeypatch.setattr(dicomweb.ArchivedFilm, "fetch", away)
    assert do(search(archive)) == 0
    (refused,) = rows()[rows().status == "refused"].itertuples()
    assert refused.path == gone[0]
    assert refused.reason == "the archive does not give this film (HTTP 404); see its log"
    assert len(rows()) == 3


def test_an_archive_that_goes_away_ends_the_run_and_keeps_what_is_done(
    archive: Archive, do: Callable, rows: Callable, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    send(archive, films(3, Modality="DX"))
    fetch = dicomweb.ArchivedFilm.fetch
    fetched: list[str] = []

    def last(film: dicomweb.ArchivedFilm, folder: Path) -> Path:
        if fetched:
            archive.kill()
        fetched.append(film.path)
        return fetch(film, folder)

    monkeypatch.setattr(dicomweb.ArchivedFilm, "fetch", last)
    monkeypatch.setattr("bundle.predictor.Predictor.batch_size", 1, raising=False)
    assert do(search(archive)) == 2
    assert "gives no answer (ConnectionError); type the same command again when it does" in capsys.readouterr().err
    monkeypatch.setattr(dicomweb.ArchivedFilm, "fetch", fetch)
    archive.start()
    assert do(search(archive)) == 0
    assert set(rows().status) == {"answered"} and len(rows()) == 3


def test_what_the_archive_does_not_allow_or_understand_is_told(
    archive: Archive, do: Callable, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert do(search(archive, "Modality=MG")) == 2
    assert "names no film" in capsys.readouterr().err
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    assert do(search(archive)) == 2
    assert "does not let us in (HTTP 401); write name and password into ~/.netrc" in capsys.readouterr().err


def test_a_page_that_one_did_not_get_is_asked_for_again_by_the_next(monkeypatch: pytest.MonkeyPatch):
    archive = iter([["1", "2"], requests.ConnectionError(), ["3"], []])

    def ask(*_client: DICOMwebClient, **_words: Any) -> list[dict[str, Any]]:
        if isinstance(page := next(archive), Exception):
            raise page
        return [{tag: {"Value": [uid]} for tag in ("0020000D", "0020000E", "00080018")} for uid in page]

    monkeypatch.setattr(DICOMwebClient, "search_for_instances", ask)
    found = FoundFilms(Query("https://pacs/dicom-web", {"Modality": "DX"}))
    expected = [f"studies/{uid}/series/{uid}/instances/{uid}" for uid in "123"]
    counting, answering = found.paths(), found.paths()
    assert [next(answering), next(counting), next(counting)] == [expected[0], *expected[:2]]
    with pytest.raises(BundleError, match="gives no answer"):
        next(counting)
    assert list(answering) == expected[1:]
    assert list(found.paths()) == expected


def test_no_room_for_the_list_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(DICOMwebClient, "search_for_instances", lambda *_client, **_words: [])
    found = FoundFilms(Query("https://pacs/dicom-web", {"Modality": "DX"}))
    with Path("/dev/full").open("r+b", buffering=0) as full:
        monkeypatch.setattr(found, "_pages", full)
        with pytest.raises(StorageError, match=r"takes no more films \(No space left on device\); .* TMPDIR"):
            next(found.paths())


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://pacs/dicom-web/instances", "is no search for films"),
        ("https://pacs/dicom-web/studies?Modality=DX", "is no search for films"),
        ("https://pacs/dicom-web/instances?Modalty=DX", "Modalty is no DICOM attribute"),
        ("https://pacs/dicom-web/instances?Modality=DX&limit=5", "limit is no DICOM attribute"),
        ("https://me:secret@pacs/dicom-web/instances?Modality=DX", "holds a password"),
    ],
)
def test_an_address_is_a_search_without_a_password(address: str, words: str):
    with pytest.raises(ConfigurationError, match=words) as raised:
        Query.parse(address)
    assert "secret" not in str(raised.value)


def test_a_search_is_taken_apart():
    query = Query.parse("https://pacs:8443/dicom-web/instances?Modality=DX&StudyDate=20250101-20251231")
    assert query == ("https://pacs:8443/dicom-web", {"Modality": "DX", "StudyDate": "20250101-20251231"})
