# SPDX-License-Identifier: Apache-2.0
"""The files of `deploy/` work as they are shipped: a closed Orthanc with TLS, a worker that speaks to it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from pynetdicom import AE
from pynetdicom.sop_class import Verification

from archives import MODALITY, PASSWORD, REPOSITORY, USER, Archive, Worker, films, free_port, send, wait_for
from bundle.errors import ConfigurationError
from bundle.serve.reading import read_node

DEPLOY = REPOSITORY / "deploy"


def shipped(file: Path) -> dict[str, Any]:
    """A configuration of Orthanc without its comments."""
    lines = [line for line in file.read_text().splitlines() if not line.strip().startswith("//")]
    return json.loads("\n".join(lines))


def make_authority(folder: Path) -> None:
    """Make an authority and what it signs for Orthanc, the worker and a modality."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here; apt-get install openssl")

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    folder.mkdir()
    new = ("-newkey", "rsa:2048", "-nodes", "-days", "2")
    openssl("req", "-x509", *new, "-keyout", "authority.key", "-out", "trusted.crt", "-subj", "/CN=authority")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    for name in ("orthanc", "worker", "modality"):
        openssl("req", *new[:3], "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        signed = ("-CA", "trusted.crt", "-CAkey", "authority.key", "-CAcreateserial", "-days", "2")
        openssl("x509", "-req", "-in", f"{name}.csr", *signed, "-extfile", "names", "-out", f"{name}.crt")


def context(folder: Path, name: str | None) -> ssl.SSLContext:
    made = ssl.create_default_context(cafile=folder / "trusted.crt")
    if name is not None:
        made.load_cert_chain(folder / f"{name}.crt", folder / f"{name}.key")
    return made


def echoes(archive: Archive, tls: ssl.SSLContext | None, title: str = MODALITY) -> bool:
    modality = AE(ae_title=title)
    modality.add_requested_context(Verification)
    if tls is not None:
        tls.check_hostname = False
    arguments = None if tls is None else (tls, "127.0.0.1")
    association = modality.associate("127.0.0.1", archive.dicom_port, ae_title="LANDMARKS", tls_args=arguments)
    if not association.is_established:
        return False
    status = association.send_c_echo().get("Status", -1)
    association.release()
    return status == 0


@pytest.fixture
def authorities(tmp_path: Path) -> tuple[Path, Path]:
    """Ours, and one that nobody here trusts."""
    folders = tmp_path / "tls", tmp_path / "foreign"
    for folder in folders:
        make_authority(folder)
    return folders


@pytest.fixture
def archive(tmp_path: Path, authorities: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Archive]:
    """The shipped Orthanc, with other ports and folders."""
    archive = Archive(tmp_path / "orthanc", "LANDMARKS")
    text = json.dumps(shipped(DEPLOY / "orthanc.json")).replace("/etc/orthanc/tls", str(authorities[0]))
    storage = {name: str(tmp_path / "storage") for name in ("StorageDirectory", "IndexDirectory")}
    ports = {"HttpPort": archive.http_port, "DicomPort": archive.dicom_port}
    archive.settings = {**json.loads(text), **storage, **ports}
    monkeypatch.setenv("ORTHANC_WORKER_PASSWORD", PASSWORD)
    try:
        yield archive.start()
    finally:
        archive.kill()


@pytest.fixture
def proxy(tmp_path: Path, archive: Archive, authorities: tuple[Path, Path]) -> Iterator[str]:
    """The address of the shipped nginx before it."""
    if shutil.which("nginx") is None:
        pytest.skip("no nginx here; apt-get install nginx-light")
    port = free_port()
    server = (DEPLOY / "nginx.conf").read_text()
    for shipped_text, here in (
        ("/etc/orthanc/tls", str(authorities[0])),
        ("127.0.0.1:8042", f"127.0.0.1:{archive.http_port}"),
        ("listen 8443", f"listen 127.0.0.1:{port}"),
    ):
        assert shipped_text in server
        server = server.replace(shipped_text, here)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in kinds)
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}{server}}}\n"
    )
    words = ["nginx", "-p", str(tmp_path), "-e", "stderr", "-c", str(tmp_path / "nginx.conf"), "-g", "daemon off;"]
    with subprocess.Popen(words) as process:
        wait_for((tmp_path / "pid").exists, what="the start of nginx")
        yield f"https://127.0.0.1:{port}"
        process.terminate()


def test_the_shipped_orthanc_lets_in_nobody_but_who_is_named(archive: Archive, authorities: tuple[Path, Path]):
    ours, theirs = authorities
    for user in (None, (USER, "wrong"), ("orthanc", "orthanc")):
        assert httpx.get(f"{archive.url}/system", auth=user).status_code == 401
    assert archive.http.get("/app/explorer.html").status_code == 404
    assert not echoes(archive, None)
    assert not echoes(archive, context(ours, None))
    stranger = context(ours, None)
    stranger.load_cert_chain(theirs / "modality.crt", theirs / "modality.key")
    assert not echoes(archive, stranger)
    assert not echoes(archive, context(ours, "modality"), "STRANGER")
    assert echoes(archive, context(ours, "modality"))
    assert send(archive, films(1)) == []  # without TLS


def test_a_worker_reaches_the_shipped_orthanc_through_the_shipped_nginx(
    tmp_path: Path, archive: Archive, proxy: str, authorities: tuple[Path, Path], worker: Callable[..., Worker]
):
    ours, theirs = authorities
    assert archive.http.post("/instances", content=_encoded(tmp_path)).status_code == 200
    orthanc = {
        "url": proxy,
        "user": USER,
        "password_file": "password",
        "certificate_authority": str(ours / "trusted.crt"),
    }
    node = worker(orthanc=orthanc, destination="none")
    shown = {"client_certificate": str(theirs / "worker.crt"), "client_key": str(theirs / "worker.key")}
    for other in ({}, shown, {"certificate_authority": str(theirs / "trusted.crt")}):
        node.node["orthanc"] = {**orthanc, **other}
        node.once()
        assert len(archive.instances()) == 1
    assert "Orthanc does not answer" in node.said() and "certificate" in node.said()
    shown = {"client_certificate": str(ours / "worker.crt"), "client_key": str(ours / "worker.key")}
    node.node["orthanc"] = {**orthanc, **shown}
    assert node.once() == 0
    assert len(archive.instances()) == 2


def _encoded(folder: Path) -> bytes:
    (film,) = films(1)
    film.save_as(folder / "film.dcm", enforce_file_format=True)
    return (folder / "film.dcm").read_bytes()


@pytest.mark.parametrize("file", [DEPLOY / "node.yaml", DEPLOY / "compose" / "node.yaml"])
def test_of_a_shipped_configuration_only_the_hash_is_to_be_written(tmp_path: Path, file: Path, model: dict[str, str]):
    node = yaml.safe_load(file.read_text())
    given = {
        "/var/lib/landmark-node": tmp_path / "state",
        "/var/lib/landmark-models/pelvis": model["weights"],
        "/etc/landmark-node/password": tmp_path / "password",
        "/run/secrets/orthanc_password": tmp_path / "password",
    }
    text = yaml.safe_dump(node)
    for path, there in given.items():
        text = text.replace(path, str(there))
    (tmp_path / "password").write_text(PASSWORD)
    (tmp_path / "node.yaml").write_text(text)
    with pytest.raises(ConfigurationError, match=model["sha256"]) as raised:
        read_node(tmp_path / "node.yaml")
    assert len(str(raised.value).splitlines()) == 2
    (tmp_path / "node.yaml").write_text(text.replace("'0000'", model["sha256"]).replace("0000", model["sha256"]))
    assert read_node(tmp_path / "node.yaml").rules[0].model == "pelvis"


def test_what_compose_mounts_is_there():
    folder = DEPLOY / "compose"
    services = yaml.safe_load((folder / "compose.yaml").read_text())["services"]
    mounted = [volume.split(":")[0] for service in services.values() for volume in service["volumes"]]
    for name in [name for name in mounted if name.startswith("./")]:
        assert (folder / name).is_file()
    assert (folder / services["worker"]["build"]["context"] / services["worker"]["build"]["dockerfile"]).is_file()
    modalities = shipped(folder / "orthanc.json")["DicomModalities"]
    assert set(modalities) == {MODALITY}
    for service in services.values():
        for port in service["ports"]:
            assert port.startswith(("127.0.0.1:", "${DICOM_ADDRESS:-127.0.0.1}:"))


def told(file: Path, word: str) -> list[str]:
    """What a recipe of a container tells by a word such as ENV."""
    return [line.removeprefix(f"{word} ") for line in file.read_text().splitlines() if line.startswith(f"{word} ")]


def fonts_of(file: Path) -> Path:
    (value,) = [each for line in told(file, "ENV") for each in shlex.split(line) if each.startswith("MPLCONFIGDIR=")]
    return Path(value.removeprefix("MPLCONFIGDIR="))


def test_fonts_are_listed_where_the_node_may_write_and_what_is_written_stays():
    worker = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text())["services"]["worker"]
    kept = fonts_of(DEPLOY / "Containerfile").parent
    assert f"state:{kept}" in worker["volumes"]
    assert f"install -d -o landmark -m 0700 {kept}" in (DEPLOY / "Containerfile").read_text()
    unit = (DEPLOY / "landmark-node.service").read_text().splitlines()
    assert {"CacheDirectory=landmark-node", "Environment=MPLCONFIGDIR=/var/cache/landmark-node"} <= set(unit)


def test_a_module_of_mercure_finds_the_fonts_listed_whoever_runs_it(tmp_path: Path):
    recipe = DEPLOY / "mercure" / "Dockerfile"
    assert fonts_of(recipe).parent == Path("/tmp"), "where any user may make a folder"
    fonts = tmp_path / "fonts"
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "MPLCONFIGDIR": str(fonts), "PATH": path}
    (making,) = told(recipe, "RUN")
    subprocess.run(["sh", "-c", making], env=environment, check=True)
    assert fonts.stat().st_mode & 0o777 == 0o777
    (listed,) = fonts.glob("fontlist-*.json")
    assert listed.stat().st_mode & 0o444 == 0o444
    program = "import logging; logging.basicConfig(level='INFO'); import matplotlib.font_manager"
    again = subprocess.run([sys.executable, "-c", program], env=environment, check=True, capture_output=True, text=True)
    assert again.stderr == ""
