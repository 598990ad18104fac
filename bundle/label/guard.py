# SPDX-License-Identifier: Apache-2.0
"""Who may talk to the server: pages that it served itself, on this machine, and what those may load."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "::1")

_CHANGING = ("POST", "PUT", "PATCH", "DELETE")
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_KEPT_NOWHERE, _ASKED_ABOUT = "no-store", "no-cache"
"""Films and labels of patients are not left in the browser's files; the page itself may be."""


class Guard:
    """Refuses requests of other hosts and origins, and says in every answer what a page may load.

    A page of another site can make a browser send requests here, and a name of its own lead to this machine (DNS
    rebinding): the first is told by the origin and the content type, the second by the host.

    Args:
        app: The server behind it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = _ASKED_ABOUT if scope["path"].startswith("/static/") else _KEPT_NOWHERE
                MutableHeaders(scope=message).update(_HEADERS | {"Cache-Control": kept})
            await send(message)

        refused = _refused(scope["method"], scope["path"], Headers(scope=scope))
        answer = self.app if refused is None else JSONResponse({"error": refused[1]}, refused[0])
        await answer(scope, receive, send_with_headers)


def _refused(method: str, path: str, headers: Headers) -> tuple[int, str] | None:
    """Status and sentence where a request is refused."""
    host = headers.get("host", "")
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        name = None
    if name not in LOOPBACK:
        return 403, "the server answers this machine alone; open the address that it printed"
    origin, site = headers.get("origin"), headers.get("sec-fetch-site", "none")
    if method in _CHANGING:
        if origin not in (None, f"http://{host}") or site not in ("same-origin", "none"):
            return 403, "the request comes from a page of another site; open the address that the server printed"
        own = path.startswith("/api/")  # MONAI Label's clients send forms, or no body at all
        if own and headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
            return 415, "the request is no JSON; send it with Content-Type: application/json"
    return None
