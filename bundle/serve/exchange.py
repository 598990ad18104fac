# SPDX-License-Identifier: Apache-2.0
"""What a node's way in and out has to do, be it an Orthanc or a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from bundle.errors import BundleError
from bundle.results.film_result import Model
from bundle.serve.ledger import Film, Ledger
from bundle.serve.orthanc import DeclinedError

SENT_WITH_RESULTS = "sent_with_results"
"""Key of an item whose film goes to the destination as well, with its results."""


class DestinationError(BundleError):
    """The destination of results does not answer at all."""


class WithheldError(DeclinedError):
    """A film may not be worked on, and nothing of it may leave; only the ledger and the audit tell of it."""


class Exchange(Protocol):
    """Where films come from and results go to.

    Everything here may raise UnreachableError, where nothing can be done for any film, and DeclinedError, where nothing
    can be done for this one; GoneError where there is no such film any more, WithheldError where it may not leave.

    Attributes:
        source: Where films come from, see `Condition`.
    """

    source: str

    def require(self) -> None:
        """Make sure that what the configuration names is there.

        Raises:
            ConfigurationError: it is not.
        """

    def arrivals(self, ledger: Ledger) -> bool:
        """Take in some films that arrived, and say whether there may be more at once."""

    def fetch(self, film: Film, scratch: Path) -> Mapping[str, Any]:
        """The item of a film for the predictor; files may be left in the folder `scratch`."""

    def report_reason(self, film: Film, model: Model, reason: str) -> dict[str, bytes]:
        """What tells a reader that a film has no results and why, by file name."""

    def deliver(self, film: Film, results: Mapping[str, bytes]) -> list[str]:
        """Bring results to their destination, and return when it has acknowledged them.

        Returns:
            Identifiers of what is kept of the film here, to be removed one day.

        Raises:
            DestinationError: it does not answer.
        """

    def remove(self, kept: Sequence[str]) -> None:
        """Remove what was kept."""
