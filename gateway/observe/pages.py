"""A few read-only pages over HTTP for the machine's own monitoring."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from gateway.domain.errors import NotConfigured

_REQUEST_SECONDS_MAX = 10


class Page(NamedTuple):
    status: int
    content_type: str
    body: bytes


Pages = Mapping[str, Callable[[], Page]]
"""Path -> what it shows."""


@contextmanager
def serving(address: tuple[str, int], pages: Pages) -> Iterator[int]:
    """Serve until the end of the context; gives the port. Raises ``NotConfigured`` when it cannot be had."""
    try:
        server = _Server(address, pages)
    except OSError as error:
        host, port = address
        raise NotConfigured("cannot_listen", host=host, port=port, reason=error.strerror or "") from None
    thread = threading.Thread(target=server.serve_forever, name="pages", daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], pages: Pages) -> None:
        self.pages = pages
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    timeout = _REQUEST_SECONDS_MAX
    server: _Server
    server_version, sys_version = "chitra", ""

    def do_GET(self) -> None:
        found = self.server.pages.get(self.path)
        page = found() if found else Page(404, "text/plain; charset=utf-8", b"")
        self.send_response(page.status)
        self.send_header("Content-Type", page.content_type)
        self.send_header("Content-Length", str(len(page.body)))
        self.end_headers()
        self.wfile.write(page.body)

    def log_message(self, format: str, *args: object) -> None:
        """Who looks at us is not for our log."""
