# SPDX-License-Identifier: Apache-2.0
"""A node from its start to its end: one a state folder, stopped well by SIGTERM and Ctrl-C."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from filelock import FileLock

from bundle.folder_lock import acquire
from bundle.serve.answers import load_models
from bundle.serve.audit import Audit
from bundle.serve.condition import Condition
from bundle.serve.configuration import DestinationSection, Node
from bundle.serve.deidentification import Deidentifier
from bundle.serve.deidentified import Deidentified
from bundle.serve.exchange import Exchange
from bundle.serve.figures import read_figures
from bundle.serve.gateway import Gateway
from bundle.serve.ledger import QUARANTINED, UNDELIVERED, WAITING, Ledger
from bundle.serve.measured import Measured
from bundle.serve.orthanc import Orthanc
from bundle.serve.seed import mark_of, read_seed
from bundle.serve.status import make_status, served_status
from bundle.serve.watched_folder import WatchedFolder
from bundle.serve.worker import SCRATCH, Worker
from bundle.stop_signals import stopped_by_signals


def serve(node: Node, once: bool, retry: bool, say: Callable[[str], object]) -> int:
    """Run a node until it is told to stop.

    Args:
        node: Its configuration.
        once: Stop when nothing waits any more.
        retry: Try the films in quarantine again first.
        say: Is told what a person at a terminal wants to know.

    Returns:
        How many films are not done.

    Raises:
        ConfigurationError: the node cannot be run, or another worker has its state folder.
    """
    stop = threading.Event()
    with ExitStack() as closing:
        closing.enter_context(stopped_by_signals(stop))
        lock = FileLock(node.state / "worker.lock")
        acquire(lock, "worker", "stop it first", "other state")
        closing.callback(lock.release)
        models = load_models(node, node.limits.batch)
        ledger = Ledger(node.state, node.limits.retry_seconds)
        closing.callback(ledger.close)
        seed = read_seed(node.deidentify.seed_file) if node.deidentify else None
        ledger.belong_to(mark_of(seed) if seed else "")
        if retry:
            say(f"{ledger.retry_quarantined()} films in quarantine are tried again")
        hashes = {name: model.weights.sha256 for name, model in models.items()}
        exchange = closing.enter_context(_exchange(node))
        if seed is not None:
            exchange = Deidentified(exchange, Deidentifier(seed), node.state / SCRATCH)
        condition, measured = Condition(exchange.source), Measured()
        worker = Worker(node, exchange, models, ledger, Audit(node.state, hashes), condition, measured)
        if not once:
            address = closing.enter_context(served_status(node, make_status(node, condition, measured)))
            say(f"the node works; its status is at {address}")
        worker.run(stop, once)
        if once and (kept := read_figures(node.state).done.get(QUARANTINED)):
            say(f"{kept} films are in quarantine, without landmarks: the audit says why, and --retry tries them again")
        return ledger.count(WAITING) + ledger.count(UNDELIVERED)


@contextmanager
def _exchange(node: Node) -> Iterator[Exchange]:
    if node.folder is not None:
        yield WatchedFolder(node.folder, node.rules)
        return
    assert node.orthanc is not None  # reading the configuration has made sure
    orthanc = Orthanc(node.orthanc, node.limits.send_seconds)
    try:
        destination = node.destination if isinstance(node.destination, DestinationSection) else None
        yield Gateway(orthanc, node.rules, destination, deidentifies=node.deidentify is not None)
    finally:
        orthanc.close()
