"""What a request through the gateway costs beside nginx, which does nothing but pass it on.

Both pass the same requests to the same upstream (50 rows of JSON) over kept-alive connections. The gateway is the real
process with everything on: a real token, the policy, office and range from its replica, a fresh assertion. What is
compared is the processor time of the proxy per request; rounds are interleaved and the medians count.
"""

import argparse
import asyncio
import contextlib
import json as jsonlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

from sangathan_bench.debian import fetch
from sangathan_bench.figures import Figures, interleaved, medians
from sangathan_bench.gateway_rig import GatewayRig
from sangathan_bench.wrk import Wrk
from sangathan_embedded.ports import free_port

PATH = "/v1/workers?limit=50"
CONNECTIONS = 16
ROUNDS = 7
ROUND_S = 4

_CONF = """
{user} worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 100000000; default_type application/json;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  {servers}
}}
"""
_UPSTREAM = """
  server {{ listen 127.0.0.1:{port}; root {folder}/files;
    location = /v1/jwks {{ try_files /jwks.json =404; }}
    location / {{ add_header cache-control "private, no-store"; try_files /page.json =404; }} }}
"""
_PROXY = """
  upstream service {{ server 127.0.0.1:{upstream}; keepalive 64; keepalive_requests 100000000; }}
  server {{ listen 127.0.0.1:{port};
    location / {{ proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection ""; }} }}
"""


def main(*, json: bool = False, arguments: Sequence[str] = ()) -> int:
    """Measures and prints; gives the exit code."""
    parser = argparse.ArgumentParser(prog="sangathan bench gateway")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=int, default=ROUND_S, help="how long each round lasts")
    given = parser.parse_args(list(arguments))
    figures = Figures("gateway", as_json=json)
    fetch(figures, "nginx", "wrk")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(figures, Path(folder), given))
    return 0


async def _measure(figures: Figures, folder: Path, given: argparse.Namespace) -> None:
    upstream_port, proxy_port = free_port(), free_port()
    rig = GatewayRig(folder, upstream_port, settings={"SANGATHAN_RATE_FACTOR": "1000000"})
    files = folder / "upstream" / "files"
    files.mkdir(parents=True)
    (files / "jwks.json").write_bytes(rig.keys())
    (files / "page.json").write_bytes(a_page())
    upstream = _UPSTREAM.format(port=upstream_port, folder=folder / "upstream")
    proxy = _PROXY.format(port=proxy_port, upstream=upstream_port)
    with nginx(folder / "upstream", upstream, upstream_port), nginx(folder / "proxy", proxy, proxy_port) as proxy_pid:
        async with rig as gateway:
            headers = (f"authorization: Bearer {rig.token()}", "accept: application/json", "accept-language: hi")
            wrk = Wrk(headers, CONNECTIONS, given.seconds)
            contenders = {
                "gateway": lambda: _cpu_us_per_request(wrk, gateway.pid, gateway.port),
                "nginx": lambda: _cpu_us_per_request(wrk, proxy_pid, proxy_port),
            }
            await asyncio.to_thread(interleaved, contenders, 1)
            measured = medians(await asyncio.to_thread(interleaved, contenders, given.rounds))
    figures.add("us_per_request", measured["gateway"], "us", case="gateway")
    figures.add("us_per_request", measured["nginx"], "us", case="nginx")
    figures.add("cpu_vs_nginx", measured["gateway"] / measured["nginx"], "ratio", case="cached-token")


def a_page() -> bytes:
    """50 rows as a scoped list gives them."""
    row = {"unit_id": "0190f3a0-7e1b-7c3a-8000-000000000001", "name_hi": "रमेश कुमार", "name_en": "Ramesh Kumar"}
    rows = [row | {"id": f"0190f3a0-7e1b-7c3a-8000-{n:012}", "phone": f"+916000000{n:03}"} for n in range(50)]
    return jsonlib.dumps({"items": rows, "next": None}, ensure_ascii=False).encode()


@contextlib.contextmanager
def nginx(folder: Path, servers: str, port: int) -> Iterator[int]:
    """A running nginx; gives the process id of its one worker."""
    folder.mkdir(exist_ok=True)
    conf = folder / "nginx.conf"
    user = "" if os.geteuid() else "user root;"  # Its worker must read the folder.
    conf.write_text(_CONF.format(user=user, folder=folder, servers=servers))
    program = shutil.which("nginx") or "nginx"
    process = subprocess.Popen([program, "-c", str(conf), "-e", str(folder / "error.log")])
    try:
        _wait_for(port)
        yield _worker_of(process.pid)
    finally:
        process.terminate()
        process.wait(10)


def _worker_of(master: int) -> int:
    """The process that does the work; the port listens a moment before it has begun."""
    until = time.monotonic() + 10
    while not (workers := psutil.Process(master).children()):
        if time.monotonic() > until:
            raise RuntimeError("nginx began no worker")
        time.sleep(0.02)
    return workers[0].pid


def _wait_for(port: int) -> None:
    until = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _cpu_us_per_request(wrk: Wrk, pid: int, port: int) -> float:
    """One round: microseconds of the proxy's processor time per request."""
    process = psutil.Process(pid)
    before = process.cpu_times()
    answered = wrk.run(port, PATH)
    after = process.cpu_times()
    return (after.user + after.system - before.user - before.system) / answered.requests * 1e6
