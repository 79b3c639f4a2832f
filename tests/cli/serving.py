"""A small server of HTTP that a command of the tests talks to."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from threading import Thread
from typing import TypeVar

Server = TypeVar("Server", bound=ThreadingHTTPServer)


class Quiet:
    """A handler that writes no line on the terminal for each request."""

    def log_message(self, *_words: object) -> None:
        return


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """The server, answering for as long as the block lasts."""
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
