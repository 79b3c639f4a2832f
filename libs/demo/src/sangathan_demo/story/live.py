"""Listens at the live edge over a real WebSocket and keeps what it hears with the moment it came."""

import asyncio
import json
import math
import time
from dataclasses import dataclass, field
from typing import Any, Final, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from sangathan_demo.story.api import Actor, post
from sangathan_demo.story.expect import StepFailed, expect

_PROTOCOL: Final = Subprotocol("sangathan.v1")
_TICKETS: Final = 3
_ANOTHER_AFTER_S: Final = 0.5
PATIENCE_S: Final = 10.0


@dataclass(slots=True)
class Listener:
    """One connection: casts by sequence in the order they came, each with its moment on the monotonic clock."""

    name: str
    socket: ClientConnection = field(repr=False)
    heard: dict[int, float] = field(default_factory=dict)
    doubled: list[int] = field(default_factory=list)
    closed_at: float = math.inf
    closed: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition, repr=False)
    _reader: asyncio.Task[None] | None = field(default=None, repr=False)

    def start(self) -> Self:
        """Begins to keep what comes."""
        self._reader = asyncio.create_task(self._read())
        return self

    async def hear(self, seq: int) -> float:
        """Waits until the cast `seq` has come, and gives its moment; raises StepFailed when it does not come."""
        try:
            async with asyncio.timeout(PATIENCE_S), self._news:
                await self._news.wait_for(lambda: seq in self.heard)
        except TimeoutError:
            heard = sorted(self.heard)
            raise StepFailed(
                f"{self.name} must hear broadcast {seq} within {PATIENCE_S:.0f} s, heard {heard}"
            ) from None
        return self.heard[seq]

    async def be_cut(self) -> float:
        """Waits until the server closes the connection, and gives the moment."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self.closed.wait()
        except TimeoutError:
            raise StepFailed(f"the connection of {self.name} must be cut within {PATIENCE_S:.0f} s") from None
        return self.closed_at

    async def close(self) -> None:
        """Ends the connection; a second call does nothing."""
        await self.socket.close()
        if self._reader is not None:
            await self._reader

    async def _read(self) -> None:
        try:
            async for text in self.socket:
                await self._keep(json.loads(text))
        except ConnectionClosed:
            pass
        finally:
            self.closed_at = time.monotonic()
            self.closed.set()

    async def _keep(self, message: dict[str, Any]) -> None:
        if message.get("type") != "cast":
            return
        seq = int(message["seq"])
        async with self._news:
            if seq in self.heard:
                self.doubled.append(seq)
            self.heard.setdefault(seq, time.monotonic())
            self._news.notify_all()


@dataclass(frozen=True, slots=True)
class LiveEdge:
    """The address where live connections are opened."""

    url: str

    async def listen(self, actor: Actor, after: int | None = None) -> Listener:
        """Fetches a ticket and opens a connection with it; a void one is replaced, as a phone would.

        A ticket is void when the edge hears only afterwards that its person's offices have just changed.
        """
        for _ in range(_TICKETS - 1):
            try:
                return await self._listen(actor, after)
            except StepFailed:
                await asyncio.sleep(_ANOTHER_AFTER_S)
        return await self._listen(actor, after)

    async def _listen(self, actor: Actor, after: int | None) -> Listener:
        ticket = (await actor.json(post("/v1/live-tickets")))["ticket"]
        address = f"{_as_ws(self.url)}/live" + ("" if after is None else f"?after={after}")
        offers = [_PROTOCOL, Subprotocol(f"ticket.{ticket}")]
        try:
            socket = await connect(address, subprotocols=offers, proxy=None, compression=None)
        except (InvalidHandshake, OSError) as error:
            raise StepFailed(f"the live edge at {address} must accept a fresh ticket: {error}") from error
        expect(socket.subprotocol == _PROTOCOL, f"the live edge must choose {_PROTOCOL}, chose {socket.subprotocol}")
        return Listener(actor.phone, socket).start()


def _as_ws(url: str) -> str:
    return "ws" + url.removeprefix("http").removeprefix("ws").rstrip("/").removesuffix("/live")
