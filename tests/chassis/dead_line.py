"""A line to a server that can go dead: connections stay open, and no byte passes any more, in either direction."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

_LOOPBACK = "127.0.0.1"


@dataclass(slots=True)
class DeadLine:
    """Stands between a client and a server's port; whoever connects while it is dead is taken and not answered."""

    server_port: int
    port: int = 0
    _alive: asyncio.Event = field(default_factory=asyncio.Event)
    _lines: list[asyncio.Event] = field(default_factory=list)
    _ends: list[asyncio.StreamWriter] = field(default_factory=list)

    def die(self) -> None:
        """Nothing passes on any connection that is open or comes."""
        self._alive.clear()
        for line in self._lines:
            line.set()

    def way(self, url: str) -> str:
        """The URL by which the same server is reached through here."""
        return url.replace(f":{self.server_port}", f":{self.port}", 1)

    def revive(self) -> None:
        """New connections pass again; those that died stay dead, as behind a firewall that has forgotten them."""
        self._alive.set()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Passes bytes on until the line dies, and then keeps the connection open."""
        dead = asyncio.Event()
        self._lines.append(dead)
        self._ends.append(writer)
        with suppress(OSError):
            if not self._alive.is_set():
                await reader.read()
                return
            try:
                there, back = await asyncio.open_connection(_LOOPBACK, self.server_port)
            except OSError:
                writer.close()
                return
            self._ends.append(back)
            await asyncio.gather(_pass(reader, back, dead), _pass(there, writer, dead))

    async def close(self) -> None:
        """Ends every connection on both sides."""
        for end in self._ends:
            end.close()
        for end in self._ends:
            with suppress(OSError):
                await end.wait_closed()


async def _pass(source: asyncio.StreamReader, sink: asyncio.StreamWriter, dead: asyncio.Event) -> None:
    while told := await source.read(1 << 16):
        if not dead.is_set():
            sink.write(told)
            await sink.drain()
    if not dead.is_set():
        sink.close()


@asynccontextmanager
async def dead_line(server_port: int) -> AsyncIterator[DeadLine]:
    """The line, alive at first."""
    line = DeadLine(server_port)
    line.revive()
    server = await asyncio.start_server(line.take, _LOOPBACK, 0)
    line.port = server.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        server.close()
        await line.close()
