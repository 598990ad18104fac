# SPDX-License-Identifier: Apache-2.0
"""Films that a DICOMweb archive finds (DICOM PS3.18): listed page by page, each fetched where it is read."""

from __future__ import annotations

import json
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import requests
from dicomweb_client import DICOMwebClient
from pydicom.datadict import tag_for_keyword

from bundle.errors import BundleError, ConfigurationError, RadiographError, StorageError

SCHEMES = ("http://", "https://")

_SERVICE = "/instances"
_FILMS_A_PAGE = 1000
_SECONDS = 60.0
_DENIED = (401, 403)
_AT_FAULT = (408, 429, 500, 502, 503, 504)
_STUDY, _SERIES, _INSTANCE = "0020000D", "0020000E", "00080018"


class Query(NamedTuple):
    """A search for instances.

    Attributes:
        service: Address of the archive's DICOMweb service.
        filters: Attributes that films match, by their keywords or tags.
    """

    service: str
    filters: dict[str, str]

    @classmethod
    def parse(cls, address: str) -> Query:
        """Take an address `https://…/instances?Modality=DX&…` apart.

        Raises:
            ConfigurationError: it is of another form, holds a password, or what films have to match is no DICOM
                attribute: an archive that does not know it would give all its films.
        """
        parts = urlsplit(address)
        if parts.password is not None:
            raise ConfigurationError("MANIFEST: holds a password, which others see; write it into ~/.netrc instead")
        if not parts.path.endswith(_SERVICE) or not parts.query:
            raise ConfigurationError(
                f"MANIFEST: {address} is no search for films; write https://HOST/dicom-web{_SERVICE}?Modality=DX, "
                "with what else they have to match"
            )
        filters = dict(parse_qsl(parts.query))
        if unknown := [name for name in filters if not _is_attribute(name)]:
            raise ConfigurationError(
                f"MANIFEST: {unknown[0]} is no DICOM attribute; name what films match by keyword, such as "
                "BodyPartExamined, or by eight digits"
            )
        return cls(f"{parts.scheme}://{parts.netloc}{parts.path[: -len(_SERVICE)]}", filters)


class FoundFilms:
    """What a search finds. Each page is asked for once, and lies in a file for whoever comes after.

    Args:
        query: The search.
    """

    def __init__(self, query: Query) -> None:
        self.query = query
        self._client = _client(query.service)
        self._pages = tempfile.TemporaryFile()  # noqa: SIM115, as long as the films are asked for
        self._ends = [0]
        self._films = 0
        self._lock = threading.Lock()

    def paths(self) -> Iterator[str]:
        """Yield the paths of the films below the service; several may do so at the same time, each at its own pace.

        Raises:
            StorageError: the disk takes no more.
            BundleError: the archive gives no answer, or a page is no answer to the search.
        """
        for number in count():
            page = self._page(number)
            if not page:
                return
            yield from page

    def _page(self, number: int) -> list[str]:
        with self._lock:
            if number == len(self._ends) - 1:
                self._keep(self._ask())
            begin, end = self._ends[number : number + 2]
            self._pages.seek(begin)
            paths: list[str] = json.loads(self._pages.read(end - begin))
            return paths

    def _ask(self) -> list[str]:
        with _told(self.query.service):
            page = self._client.search_for_instances(
                search_filters=self.query.filters,
                limit=_FILMS_A_PAGE,
                offset=self._films,
                fields=[_STUDY, _SERIES, _INSTANCE],
            )
        uids = [[_value(found, tag) for tag in (_STUDY, _SERIES, _INSTANCE)] for found in page]
        return [f"studies/{study}/series/{series}/instances/{instance}" for study, series, instance in uids]

    def _keep(self, page: list[str]) -> None:
        content = json.dumps(page).encode()
        try:
            self._pages.seek(self._ends[-1])
            self._pages.write(content)
            self._pages.flush()
        except OSError as error:
            raise _no_room(Path(tempfile.gettempdir()), error) from error
        self._ends.append(self._ends[-1] + len(content))
        self._films += len(page)


class ArchivedFilm(NamedTuple):
    """A film in an archive.

    Attributes:
        service: Address of the archive's DICOMweb service.
        path: Of the film, as `FoundFilms.paths` gives it.
    """

    service: str
    path: str

    def fetch(self, folder: Path) -> Path:
        """Fetch the film into a folder.

        Raises:
            RadiographError: the archive does not have it, or gives what is no DICOM object.
            StorageError: the disk takes no more.
            BundleError: the archive gives no answer.
        """
        _, study, _, series, _, instance = self.path.split("/")
        file = folder / f"{instance}.dcm"
        with _told(self.service):
            try:
                _fetching_client(self.service).retrieve_instance(study, series, instance).save_as(file)
            except requests.HTTPError as error:
                if (status := _status(error)) in (*_DENIED, *_AT_FAULT):
                    raise
                raise RadiographError(f"the archive does not give this film (HTTP {status}); see its log") from error
            except requests.RequestException:
                raise
            except OSError as error:
                raise _no_room(folder.parent, error) from error
            except Exception as error:  # whatever a broken object leads the parser to
                raise RadiographError(
                    f"what the archive gives is no DICOM object ({type(error).__name__}); look at it there"
                ) from error
        return file


def _is_attribute(name: str) -> bool:
    return tag_for_keyword(name) is not None or re.fullmatch("[0-9A-Fa-f]{8}", name) is not None


def _client(service: str) -> DICOMwebClient:
    """A client whose name and password are those of ~/.netrc, and which trusts what REQUESTS_CA_BUNDLE names."""
    return DICOMwebClient(service, session=requests.Session(), timeout=_SECONDS)


@cache
def _fetching_client(service: str) -> DICOMwebClient:
    """The one that fetches all films, over connections that stay open; pages are asked for beside it."""
    return _client(service)


@contextmanager
def _told(service: str) -> Iterator[None]:
    """Turn what keeps an archive from answering into a sentence."""
    host = urlsplit(service).netloc
    try:
        yield
    except requests.HTTPError as error:
        status = _status(error)
        if status in _DENIED:
            raise ConfigurationError(
                f"MANIFEST: {host} does not let us in (HTTP {status}); write name and password into ~/.netrc, and ask "
                "for the right to search and to fetch"
            ) from error
        if status in _AT_FAULT:
            raise BundleError(
                f"{host}: cannot answer now (HTTP {status}); type the same command again later, the films done are kept"
            ) from error
        raise ConfigurationError(
            f"MANIFEST: {host} does not understand the search (HTTP {status}); name DICOM attributes by their keywords"
        ) from error
    except requests.RequestException as error:
        raise BundleError(
            f"{host}: gives no answer ({type(error).__name__}); type the same command again when it does, the films "
            "done are kept"
        ) from error


def _no_room(folder: Path, error: OSError) -> StorageError:
    return StorageError(
        f"{folder}: takes no more films ({error.strerror}); free some of it, or name another folder as TMPDIR"
    )


def _status(error: requests.HTTPError) -> int:
    return 0 if error.response is None else error.response.status_code


def _value(found: dict[str, Any], tag: str) -> str:
    try:
        return str(found[tag]["Value"][0])
    except (KeyError, IndexError, TypeError) as error:
        raise BundleError(
            f"the archive's answer has an instance without ({tag[:4]},{tag[4:]}); ask its maker about QIDO-RS"
        ) from error
