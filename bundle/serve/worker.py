# SPDX-License-Identifier: Apache-2.0
"""The worker: takes films in, answers them batch by batch, and delivers, until it is told to stop.

Whatever ends it, and whenever, it goes on from its ledger: a film is counted before work on it begins, and leaves with
its results acknowledged, or a reason.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bundle.errors import BundleError, StorageError
from bundle.files import make_folder
from bundle.predictor import Predictor
from bundle.serve.answers import Answer, answers
from bundle.serve.audit import Audit
from bundle.serve.condition import DESTINATION, OUTBOX, STORAGE, Condition
from bundle.serve.configuration import Node
from bundle.serve.exchange import SENT_WITH_RESULTS, DestinationError, Exchange, WithheldError
from bundle.serve.ledger import ANSWERED, GONE, QUARANTINED, REFUSED, UNDELIVERED, WAITING, Film, Ledger
from bundle.serve.measured import Measured
from bundle.serve.orthanc import DeclinedError, GoneError, UnreachableError

logger = logging.getLogger(__name__)

SCRATCH = "scratch"
"""Folder in that of the state, for films at work."""
_DELIVERED_AT_A_TIME = 16
_REMOVED_AT_A_TIME = 50
_DAY = 86_400.0
_GIGABYTE = 1e9


class Worker:
    """The worker of a node.

    Args:
        node: Its configuration.
        exchange: Where films come from and results go to.
        models: By name.
        ledger: Of its films.
        audit: Is told every step.
        condition: Is told what is in the way.
        measured: Is told how long things take.
    """

    def __init__(
        self,
        node: Node,
        exchange: Exchange,
        models: Mapping[str, Predictor],
        ledger: Ledger,
        audit: Audit,
        condition: Condition,
        measured: Measured,
    ) -> None:
        self.node = node
        self.exchange = exchange
        self.models = models
        self.ledger = ledger
        self.audit = audit
        self.condition = condition
        self.measured = measured
        self.scratch = node.state / SCRATCH
        self._to_give_back: list[Film] = []
        self._deliver_from = 0.0
        self._failures = 0
        self._known_here = False
        self._more_arrives = True

    def run(self, stop: threading.Event, once: bool = False) -> None:
        """Work until told to stop; the batch that is begun is finished.

        Args:
            stop: Tells it.
            once: Stop as well when nothing waits any more, or what waits cannot be helped now.

        Raises:
            ConfigurationError: Orthanc does not have what the configuration names.
        """
        shutil.rmtree(self.scratch, ignore_errors=True)
        while not stop.is_set():
            busy = self._round()
            self.condition.beat = time.monotonic()
            if once and not busy and not self._can_go_on():
                return
            if not busy:
                stop.wait(self.node.limits.poll_seconds)

    def _round(self) -> bool:
        """Do a little of everything, and say whether there is more to do at once."""
        try:
            if not self._known_here:
                self.exchange.require()
                self._known_here = True
            self.ledger.give_back(self._to_give_back)
            self._to_give_back = []
            self._more_arrives = self.exchange.arrivals(self.ledger)
            self._say(self.exchange.source, None)
            worked = self._has_room() and self._work()
            delivered = self._deliver()
            removed = self._remove()
            self._say(STORAGE, self._short_of_space())
        except UnreachableError as error:
            self._known_here = False
            self._say(self.exchange.source, str(error))
            return False
        except StorageError as error:
            self._say(STORAGE, str(error))
            return False
        return worked or delivered or removed or self._more_arrives

    def _can_go_on(self) -> bool:
        """Whether waiting helps a run that is to end by itself: films are tried to their end, deliveries once."""
        return not self.condition.problems and (self.ledger.count(WAITING) > 0 or self._more_arrives)

    def _has_room(self) -> bool:
        """Whether a new film may be taken on."""
        if short := self._short_of_space():
            self._say(STORAGE, short)
        number = self.ledger.count(UNDELIVERED)
        full = f"{number} films wait to be delivered; new ones wait until there are less"
        self._say(OUTBOX, full if number >= self.node.limits.outbox else None)
        return short is None and OUTBOX not in self.condition.problems

    def _short_of_space(self) -> str | None:
        least = self.node.limits.free_gigabytes
        if shutil.disk_usage(self.node.state).free >= least * _GIGABYTE:
            return None
        return f"{self.node.state}: less than {least:g} GB are free; free space there, films wait until then"

    def _work(self) -> bool:
        """Answer one batch."""
        films = self.ledger.batch(self.node.limits.batch)
        if not films:
            return False
        first = films[0]
        predictor = self.models.get(first.model or "")
        if predictor is None:
            self._keep(first, REFUSED, f"the node has no model {first.model!r} any more; send the film again", {})
            return True
        if first.tries >= self.node.limits.tries:
            last = first.reason or "it ends the worker"
            reason = f"given up after {first.tries} tries: {last}; look at the film, then start once with --retry"
            self._refuse(first, predictor, QUARANTINED, reason)
            return True
        self.ledger.begin(films)
        try:
            self._answer(films, predictor)
        except (UnreachableError, StorageError):
            self._to_give_back = films
            raise
        except OSError as error:
            self._to_give_back = films
            raise StorageError(f"{self.scratch}: cannot be used ({error.strerror}); free space there") from error
        except Exception as error:  # whatever a film leads the network to; its text may quote the film
            logger.error(f"a batch of {len(films)} failed ({type(error).__name__}); each is tried again by itself")
            for film in films:
                self.ledger.failed(film, f"it cannot be worked on ({type(error).__name__})")
        return True

    def _answer(self, films: Sequence[Film], predictor: Predictor) -> None:
        make_folder(self.scratch)
        begun = time.monotonic()
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            items: list[tuple[Film, Mapping[str, Any]]] = []
            for film in films:
                try:
                    items.append((film, self.exchange.fetch(film, Path(folder))))
                except GoneError:
                    self._keep(film, GONE, "it was removed before it was worked on", {})
                except WithheldError as error:
                    self._keep(film, QUARANTINED, str(error), {})
                except DeclinedError as error:
                    self.ledger.failed(film, str(error))
            found = answers(predictor, [item for _, item in items], self.node.outputs, Path(folder) / "results")
            found = [_with_film(answer, item) for answer, (_, item) in zip(found, items, strict=True)]
        for (film, _), answer in zip(items, found, strict=True):
            self._store(film, predictor, answer)
        self.measured.predicted(len(films), time.monotonic() - begun)
        logger.info(f"{len(films)} films done, {self.ledger.count(WAITING)} wait")

    def _store(self, film: Film, predictor: Predictor, answer: Answer) -> None:
        facts = {"not_made": answer.not_made, "decision": answer.decision}
        if answer.reason is None:
            self._keep(film, ANSWERED, None, answer.results, **facts)
        elif answer.results:
            self._refuse(film, predictor, ANSWERED, answer.reason, answer.results, **facts)
        else:
            self._refuse(film, predictor, REFUSED, answer.reason)

    def _refuse(
        self,
        film: Film,
        predictor: Predictor,
        outcome: str,
        reason: str,
        results: Mapping[str, bytes] | None = None,
        **facts: object,
    ) -> None:
        """Keep a reason, which is delivered as results are."""
        try:
            told = self.exchange.report_reason(film, predictor.record.model, reason)
        except GoneError:
            self._keep(film, GONE, reason, {})
        except DeclinedError as error:
            self._keep(film, outcome, f"{reason}; it cannot be reported ({error})", {})
        else:
            self._keep(film, outcome, reason, {**(results or {}), **told}, **facts)

    def _keep(
        self, film: Film, outcome: str, reason: str | None, results: Mapping[str, bytes], **facts: object
    ) -> None:
        self.audit(outcome, film, reason=reason, tries=film.tries + 1, **facts)
        self.ledger.answer(film, outcome, reason, results)

    def _deliver(self) -> bool:
        """Deliver the results of some films; while their destination does not answer, it is asked now and then."""
        if time.monotonic() < self._deliver_from:
            return False
        films = self.ledger.undelivered(_DELIVERED_AT_A_TIME)
        for film in films:
            try:
                kept = self.exchange.deliver(film, self.ledger.results(film))
            except DestinationError as error:
                self._failures += 1
                self._deliver_from = time.monotonic() + self._pause()
                self._say(DESTINATION, str(error))
                return False
            except (UnreachableError, StorageError):
                raise
            except BundleError as error:
                self.ledger.undeliverable(film)
                logger.warning(f"results are not taken, and sent again later: {error}")
                continue
            if self._failures:
                self._failures = 0
                self._say(DESTINATION, None)
            self.audit("delivered", film, results=kept[1:], seconds=round(time.time() - film.received, 3))
            self.ledger.done(film, kept)
            self.measured.delivered(film.outcome or ANSWERED, time.time() - film.received)
        return bool(films)

    def _pause(self) -> float:
        pause: float = min(self.node.limits.retry_seconds * 2 ** min(self._failures - 1, 30), 600.0)
        return pause

    def _remove(self) -> bool:
        """Remove what has been kept for long enough."""
        if self.node.keep_days is None:
            return False
        expired = self.ledger.expired(time.time() - self.node.keep_days * _DAY, _REMOVED_AT_A_TIME)
        for film, kept in expired.items():
            self.exchange.remove(kept)
            self.ledger.forget_kept(film)
        return bool(expired)

    def _say(self, what: str, problem: str | None) -> None:
        if self.condition.say(what, problem):
            if problem is None:
                logger.info(f"{what}: all is well")
            else:
                logger.warning(f"{what}: {problem}")


def _with_film(answer: Answer, item: Mapping[str, Any]) -> Answer:
    """The answer, with the film itself where it goes to the destination as well."""
    if not answer.results or SENT_WITH_RESULTS not in item:
        return answer
    return replace(answer, results={**answer.results, item["name"]: Path(item["path"]).read_bytes()})
