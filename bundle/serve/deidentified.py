# SPDX-License-Identifier: Apache-2.0
"""A way in and out behind which films have no patient: the original is seen by nothing else and never leaves."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bundle.errors import RadiographError, StorageError
from bundle.files import make_folder
from bundle.films.film_folder import film_item
from bundle.results.film_result import Model
from bundle.serve.deidentification import Deidentifier
from bundle.serve.exchange import SENT_WITH_RESULTS, Exchange, WithheldError
from bundle.serve.ledger import Film, Ledger
from bundle.serve.reason_report import ELEMENTS, reason_report
from bundle.serve.rules import elements_of


class Deidentified:
    """A way in and out with a de-identifier.

    Results have the new UID in their names and refer to the de-identified film, which is sent with them.

    Args:
        exchange: Where films come from and results go to.
        deidentifier: What makes the film that is worked on.
        scratch: Folder for a film that is only reported.
    """

    def __init__(self, exchange: Exchange, deidentifier: Deidentifier, scratch: Path) -> None:
        self.exchange = exchange
        self.source = exchange.source
        self.deidentifier = deidentifier
        self.scratch = scratch

    def require(self) -> None:
        """Make sure that what the configuration names is there."""
        self.exchange.require()

    def arrivals(self, ledger: Ledger) -> bool:
        """Take in some films that arrived, under the UIDs that they arrived with."""
        return self.exchange.arrivals(ledger)

    def fetch(self, film: Film, scratch: Path) -> Mapping[str, Any]:
        """The de-identified film.

        Raises:
            WithheldError: it may not leave.
        """
        original = self.exchange.fetch(film, scratch)
        try:
            uid, content = self.deidentifier(Path(original["path"]))
        except RadiographError as error:
            raise WithheldError(str(error)) from error
        file = scratch / f"{uid}.dcm"
        file.write_bytes(content)
        return {**film_item(file, scratch), SENT_WITH_RESULTS: True}

    def report_reason(self, film: Film, model: Model, reason: str) -> dict[str, bytes]:
        """A structured report on the de-identified film, which is not sent itself: it may be damaged."""
        try:
            make_folder(self.scratch)
            with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
                item = self.fetch(film, Path(folder))
                elements = elements_of(Path(item["path"]), ELEMENTS)
        except OSError as error:
            raise StorageError(f"{self.scratch}: cannot be used ({error.strerror}); free space there") from error
        return {f"{item['name']}.reason.dcm": reason_report(elements, model, reason)}

    def deliver(self, film: Film, results: Mapping[str, bytes]) -> list[str]:
        """Bring results, and the de-identified film among them, to their destination."""
        return self.exchange.deliver(film, results)

    def remove(self, kept: Sequence[str]) -> None:
        """Remove what was kept."""
        self.exchange.remove(kept)
