"""How long a session that has ended is still let in: at the gateway, and on a live connection.

Each round signs in anew, opens a live connection, lets another session of the same person end the new one, and asks
the gateway again and again. The clock starts when the ending is *asked for*, which is before its commit, and stops
when the refusal has come: so the figures are never shorter than from commit to refusal.
"""

import argparse
import asyncio
import json as jsonlib
import statistics
import time
from base64 import urlsafe_b64decode
from collections.abc import Sequence

import httpx

from sangathan_bench.figures import Figures
from sangathan_bench.stage import Stage, parser
from sangathan_demo.story.api import Actor, Api, post
from sangathan_demo.story.live import LiveEdge
from sangathan_embedded.ports import LOOPBACK

ROUNDS = 100
LEVEL = "mandal"
REFUSED_WITHIN_S = 10.0


def main(*, json: bool = False, arguments: Sequence[str] = ()) -> int:
    """Measures and prints; gives the exit code."""
    given = parser("revocation", scale="small", rounds=ROUNDS).parse_args(list(arguments))
    figures = Figures("revocation", as_json=json)
    with Stage(figures, given.data, given.scale) as stage:
        taken = asyncio.run(_measure(stage, given))
    for case, seconds in taken.items():
        figures.add("p50_ms", statistics.median(seconds) * 1e3, "ms", case=case)
        figures.add("p99_ms", _p99(seconds) * 1e3, "ms", case=case)
    return 0


async def _measure(stage: Stage, given: argparse.Namespace) -> dict[str, list[float]]:
    who, password = stage.truth.level(LEVEL).sign_in, stage.secrets.demo_password()
    edge = LiveEdge(f"ws://{LOOPBACK}:{stage.live_port}")
    taken: dict[str, list[float]] = {"gateway": [], "socket": []}
    async with httpx.AsyncClient(base_url=f"http://{LOOPBACK}:{stage.port}", timeout=30) as http:
        api = Api(http)
        ender = Actor(api, who.phone, password)
        await ender.sign_in()
        for _ in range(given.rounds):
            holder = Actor(api, who.phone, password, device_token=ender.device_token)
            await holder.sign_in()
            refused, cut = await _round(http, ender, holder, edge)
            taken["gateway"].append(refused)
            taken["socket"].append(cut)
    return taken


async def _round(http: httpx.AsyncClient, ender: Actor, holder: Actor, edge: LiveEdge) -> tuple[float, float]:
    """Seconds until the gateway refuses, and until the live connection is cut."""
    token = holder.session["access_token"]
    listener = await edge.listen(holder)
    try:
        refusal = asyncio.create_task(_refused_at(http, token))
        begun = time.monotonic()
        await ender.send(post(f"/v1/sessions/{_session(token)}/endings", expects=(200, 201, 204)))
        return await refusal - begun, await listener.be_cut() - begun
    finally:
        await listener.close()


async def _refused_at(http: httpx.AsyncClient, token: str) -> float:
    """The moment of the first refusal; raises RuntimeError when none comes."""
    until = time.monotonic() + REFUSED_WITHIN_S
    while time.monotonic() < until:
        reply = await http.get("/v1/me", headers={"authorization": f"Bearer {token}"})
        if reply.status_code == 401:
            return time.monotonic()
        reply.raise_for_status()
    raise RuntimeError("a session that has ended is still let in")


def _session(token: str) -> str:
    payload = token.split(".")[1]
    return str(jsonlib.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sid"])


def _p99(seconds: Sequence[float]) -> float:
    return statistics.quantiles(seconds, n=100, method="inclusive")[98] if len(seconds) > 1 else seconds[0]
