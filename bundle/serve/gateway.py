# SPDX-License-Identifier: Apache-2.0
"""The way in and out through an Orthanc: its changes are films, its destinations get the results."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bundle.errors import ConfigurationError
from bundle.films.film_folder import film_item
from bundle.results.film_result import Model
from bundle.serve.condition import ORTHANC
from bundle.serve.configuration import DestinationSection, RuleSection
from bundle.serve.deidentification import is_deidentified
from bundle.serve.exchange import DestinationError
from bundle.serve.ledger import REFUSED, START, Cursor, Film, Ledger
from bundle.serve.orthanc import NEW_INSTANCE, DeclinedError, GoneError, Orthanc
from bundle.serve.reason_report import reason_report
from bundle.serve.rules import ELEMENTS, is_film, model_for

_AT_A_TIME = 100


class Gateway:
    """An Orthanc with the rules and the destination of a node.

    Args:
        orthanc: Where films come from.
        rules: Which model a film is for.
        destination: Where results go; None where they stay in Orthanc.
        deidentifies: Whether films are sent back de-identified, which are no new films.
    """

    source = ORTHANC

    def __init__(
        self,
        orthanc: Orthanc,
        rules: Sequence[RuleSection],
        destination: DestinationSection | None = None,
        deidentifies: bool = False,
    ) -> None:
        self.orthanc = orthanc
        self.rules = rules
        self.destination = destination
        self.deidentifies = deidentifies
        self._same_database = False

    def require(self) -> None:
        """Make sure that Orthanc knows the destination.

        Raises:
            ConfigurationError: it does not.
            UnreachableError: it does not answer.
        """
        self.orthanc.system()
        if self.destination is None:
            return
        field, name = ("modality", self.destination.modality)
        if name is None:
            field, name = ("dicomweb", self.destination.dicomweb)
        known = self.orthanc.destinations(self.destination)
        if name not in known:
            raise ConfigurationError(
                f"destination.{field}: Orthanc knows no {name!r}, only {', '.join(known) or 'none'}; "
                "write one of them, or add it to orthanc.json"
            )

    def arrivals(self, ledger: Ledger) -> bool:
        """Take in the next changes."""
        cursor = self._checked(ledger.cursor)
        found = self.orthanc.changes(cursor.change, _AT_A_TIME)
        if not found.changes:
            self._same_database = self.orthanc.last_change() >= cursor.change
            return not self._same_database
        arrived = {change.resource: change for change in found.changes if change.kind == NEW_INSTANCE}
        known = ledger.known(list(arrived))
        ledger.came_again(sorted(known))
        films = [self._film(name, change.date) for name, change in arrived.items() if name not in known]
        last = Cursor(found.last, found.changes[-1].resource)
        ledger.take([film for film in films if film is not None], last)
        return not found.done

    def fetch(self, film: Film, scratch: Path) -> Mapping[str, Any]:
        """Download a film."""
        file = scratch / f"{film.film}.dcm"
        self.orthanc.download(film.film, file)
        return film_item(file, scratch)

    def report_reason(self, film: Film, model: Model, reason: str) -> dict[str, bytes]:
        """A structured report that has the reason as its text."""
        return {f"{film.film}.dcm.reason.dcm": reason_report(self.orthanc.elements(film.film), model, reason)}

    def deliver(self, film: Film, results: Mapping[str, bytes]) -> list[str]:
        """Store results in Orthanc, and let it send them."""
        kept = [self.orthanc.add(content) for content in results.values()]
        if self.destination is not None:
            try:
                self.orthanc.send(self.destination, kept)
            except DeclinedError as error:
                if self.orthanc.reaches(self.destination):
                    raise
                name = self.destination.modality or self.destination.dicomweb
                raise DestinationError(f"{name}: does not answer; results wait until it does") from error
        return [film.film, *kept]

    def remove(self, kept: Sequence[str]) -> None:
        """Remove a film and its results from Orthanc."""
        for instance in kept:
            self.orthanc.remove(instance)

    def _checked(self, cursor: Cursor) -> Cursor:
        """The cursor, or the start where Orthanc's database is not the one that it is of; asked once a connection."""
        if not self._same_database and cursor.change:
            here = self.orthanc.changes(cursor.change - 1, 1).changes
            if not here or here[0].resource != cursor.resource:
                cursor = START
        self._same_database = True
        return cursor

    def _film(self, instance: str, date: str) -> Film | None:
        """The film that an instance is, or None."""
        try:
            said = self.orthanc.elements(instance)
        except GoneError:
            return None
        except DeclinedError as error:
            return Film(instance, "", "", None, time.time(), REFUSED, str(error))
        elements = {keyword: str(said.get(keyword, "")) for keyword in ELEMENTS}
        if not is_film(elements) or (self.deidentifies and is_deidentified(elements)):
            return None
        model = model_for(self.rules, elements)
        return Film(instance, elements["SOPInstanceUID"], elements["StudyInstanceUID"], model, _seconds(date))


def _seconds(date: str) -> float:
    """Seconds since 1970 of a date of Orthanc; now where it says none, or one to come."""
    try:
        return min(datetime.strptime(date, "%Y%m%dT%H%M%S").replace(tzinfo=UTC).timestamp(), time.time())
    except ValueError:
        return time.time()
