"""A stand-in for any service: ready at once, gone at SIGTERM, and it notes how it ended beside its settings."""

import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import FrameType


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"status": "ready", "checks": {"database": "ok"}}')

    def log_message(self, *_words: object) -> None:
        return


def note(what: str) -> None:
    with Path(os.environ["FAKE_NOTES"]).open("a") as file:
        file.write(f"{what}\n")


def on_term(_number: int, _frame: FrameType | None) -> None:
    note("stopped in order")
    sys.exit(0)


if sys.argv[1] == "serve":
    signal.signal(signal.SIGTERM, on_term)
    note(f"served by {os.environ['SANGATHAN_NATS_USER']}")
    HTTPServer(("127.0.0.1", int(os.environ["SANGATHAN_PORT"])), Handler).serve_forever()
else:
    note(f"{os.environ['SANGATHAN_NATS_USER']} {sys.argv[1]} as {os.environ['SANGATHAN_MIGRATOR_URL'].split(':')[1]}")
