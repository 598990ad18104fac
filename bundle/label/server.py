# SPDX-License-Identifier: Apache-2.0
"""The labelling server on this machine alone."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from fastapi import FastAPI

from bundle.comparison.processes import interrupted_by_termination
from bundle.errors import ConfigurationError

_HOST = "127.0.0.1"


def serve(app: FastAPI, port: int, say: Callable[[str], object]) -> None:
    """Serve an application until Ctrl-C or SIGTERM.

    Args:
        app: To be served.
        port: To listen on; 0 for any that is free.
        say: is told the address once it answers.

    Raises:
        ConfigurationError: the port is taken.
    """
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((_HOST, port))
    except OSError as error:
        listening.close()
        raise ConfigurationError(f"--port {port}: cannot be listened on ({error.strerror}); choose another") from error
    with listening:
        listening.listen()
        say(f"http://{_HOST}:{listening.getsockname()[1]}")
        config = uvicorn.Config(app, log_level="warning", access_log=False)
        with interrupted_by_termination(), suppress(KeyboardInterrupt):  # raised again by uvicorn once it has ended
            uvicorn.Server(config).run(sockets=[listening])
