# SPDX-License-Identifier: Apache-2.0
"""Orthanc's REST interface, as far as the worker uses it.

See https://orthanc.uclouvain.be/book/users/rest.html; the same in versions from 1.10.1 on.
"""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from bundle.errors import BundleError, ConfigurationError
from bundle.serve.configuration import DestinationSection, OrthancSection

NEW_INSTANCE = "NewInstance"
_SECONDS = 30.0
_DENIED, _GONE, _AT_FAULT = (401, 403), (404, 410), (502, 503, 504)


class UnreachableError(BundleError):
    """Orthanc, or the folder of films, gives no answer or lets the worker do nothing: no film's fault."""


class DeclinedError(BundleError):
    """Orthanc answers that it does not do what it was asked."""


class GoneError(DeclinedError):
    """Orthanc no longer has what it was asked for."""


class Change(NamedTuple):
    """Something that arrived in Orthanc.

    Attributes:
        kind: Such as `NewInstance`.
        resource: Orthanc's identifier of it.
        date: When, in UTC, such as 20260102T134501.
    """

    kind: str
    resource: str
    date: str


class Changes(NamedTuple):
    """Some changes in their order.

    Attributes:
        changes: These.
        last: Number of the last one, to go on after.
        done: Whether there are no more.
    """

    changes: list[Change]
    last: int
    done: bool


class Orthanc:
    """An Orthanc.

    Args:
        section: How to speak to it.
        send_seconds: How long it may take to send something.

    Raises:
        ConfigurationError: a certificate cannot be used.
    """

    def __init__(self, section: OrthancSection, send_seconds: float) -> None:
        self.url = section.url.rstrip("/")
        self._send_seconds = send_seconds
        user = (section.user, _first_line(section.password_file)) if section.user and section.password_file else None
        self._client = httpx.Client(base_url=self.url, auth=user, verify=_context(section), timeout=_SECONDS)

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def system(self) -> dict[str, Any]:
        """What it says of itself, such as its version."""
        said: dict[str, Any] = self._ask("GET", "/system").json()
        return said

    def changes(self, since: int, limit: int) -> Changes:
        """What arrived after a change."""
        said = self._ask("GET", "/changes", params={"since": since, "limit": limit}).json()
        changes = [Change(each["ChangeType"], each["ID"], each["Date"]) for each in said["Changes"]]
        return Changes(changes, said["Last"], said["Done"])

    def last_change(self) -> int:
        """Number of the last change of all."""
        return int(self._ask("GET", "/changes?last").json()["Last"])

    def elements(self, instance: str) -> dict[str, Any]:
        """The DICOM elements of an instance by keyword."""
        said: dict[str, Any] = self._ask("GET", f"/instances/{instance}/simplified-tags").json()
        return said

    def download(self, instance: str, file: Path) -> None:
        """Write an instance to a file as it was received.

        Raises:
            OSError: the file cannot be written.
        """
        file.write_bytes(self._ask("GET", f"/instances/{instance}/file").content)

    def add(self, content: bytes) -> str:
        """Store an instance, which may be there already, and return its identifier."""
        return str(self._ask("POST", "/instances", content=content).json()["ID"])

    def remove(self, instance: str) -> None:
        """Remove an instance, which may be gone already."""
        try:
            self._ask("DELETE", f"/instances/{instance}")
        except GoneError:
            return

    def destinations(self, destination: DestinationSection) -> list[str]:
        """Names of the destinations of this kind that Orthanc knows."""
        names: list[str] = self._ask("GET", "/modalities" if destination.modality else "/dicom-web/servers").json()
        return names

    def send(self, destination: DestinationSection, instances: Sequence[str]) -> None:
        """Send instances, and return when the destination has acknowledged all of them."""
        body = {"Resources": list(instances), "Synchronous": True}
        if destination.modality is not None:
            path = f"/modalities/{destination.modality}/store"
        else:
            path = f"/dicom-web/servers/{destination.dicomweb}/stow"
        said = self._ask("POST", path, json=body, timeout=self._send_seconds).json()
        if said.get("FailedInstancesCount"):
            raise DeclinedError(f"{said['FailedInstancesCount']} of {len(instances)} objects were not taken")

    def reaches(self, destination: DestinationSection) -> bool:
        """Whether a destination answers at all."""
        try:
            if destination.modality is not None:
                self._ask("POST", f"/modalities/{destination.modality}/echo", json={})
            else:
                query = {"Uri": "/studies", "Arguments": {"limit": "1"}}
                self._ask("POST", f"/dicom-web/servers/{destination.dicomweb}/get", json=query)
        except DeclinedError:
            return False
        return True

    def _ask(self, method: str, path: str, **content: Any) -> httpx.Response:
        """Ask for something.

        Raises:
            UnreachableError: there is no answer, or none that is of this request.
            DeclinedError: the answer is no; a GoneError where there is no such thing.
        """
        try:
            answer = self._client.request(method, path, **content)
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise UnreachableError(
                f"{self.url}: Orthanc does not answer ({reason}); start it, or correct orthanc.url and its certificates"
            ) from error
        if answer.status_code in _DENIED:
            raise UnreachableError(
                f"{self.url}: Orthanc does not let the worker in; correct orthanc.user, the password or the certificate"
            )
        if answer.status_code in _AT_FAULT:
            raise UnreachableError(f"{self.url}: Orthanc cannot answer now ({answer.status_code}); look at its log")
        if answer.is_error:
            kind = GoneError if answer.status_code in _GONE else DeclinedError
            raise kind(f"Orthanc says no ({answer.status_code}: {_reason(answer)})")
        return answer


def _reason(answer: httpx.Response) -> str:
    """Why a request failed in Orthanc's words, which name no patient: its `Message`, not its `Details`."""
    try:
        return str(answer.json()["Message"])
    except (ValueError, KeyError, TypeError):
        return answer.reason_phrase


def _first_line(file: Path) -> str:
    return file.read_text(encoding="utf-8").splitlines()[0].strip()


def _context(section: OrthancSection) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=section.certificate_authority)
        if section.client_certificate is not None:
            context.load_cert_chain(section.client_certificate, section.client_key)
    except (ssl.SSLError, OSError) as error:
        raise ConfigurationError(
            f"orthanc: a certificate or its key cannot be used ({error}); write PEM files that belong together"
        ) from error
    return context
