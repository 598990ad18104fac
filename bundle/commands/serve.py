# SPDX-License-Identifier: Apache-2.0
"""`python -m bundle serve`: a worker beside a PACS, or beside a folder that films are copied into."""

from __future__ import annotations

import argparse
import logging
import os
from pathlib import Path

from bundle.commands.extras import needed_by

_LEFT = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--config", type=Path, metavar="FILE", help="node.yaml, see docs/how_to/pacs.md")
    source.add_argument("--mercure", action="store_true", help="answer the films that mercure hands to a module")
    parser.add_argument("--once", action="store_true", help="end when every film is done; 1 where some are left")
    parser.add_argument("--retry", action="store_true", help="try the films in quarantine again first")


def run(arguments: argparse.Namespace) -> None:
    """Serve until SIGTERM or Ctrl-C.

    Raises:
        BundleError: the node, or the module, cannot be run.
        SystemExit: `--once` was given and films are left.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for library in ("httpx", "ignite"):
        logging.getLogger(library).setLevel(logging.WARNING)
    with needed_by("the node", "pacs"):
        from bundle.serve.mercure import answer_task
        from bundle.serve.node import serve
        from bundle.serve.reading import read_node
    if arguments.mercure:
        print(answer_task(os.environ))
        return
    node = read_node(arguments.config)
    left = serve(node, arguments.once, arguments.retry, lambda sentence: print(sentence, flush=True))
    if arguments.once and left:
        print(f"{left} films are not done; run the same command again")
        raise SystemExit(_LEFT)
