"""The least that a Python server can do for a page of workers: one query on asyncpg, each seal opened, one encoding.

No token, no office, no assertion, no snapshot; row-level security is on, with its range set once a connection, and the
page says what the real one says. Arguments: port, database URL, lower and upper bound of the range, file of the keys.
"""  # noqa: INP001 - a script.

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import uvicorn

from sangathan_chassis.assertion import KeyFile
from sangathan_chassis.sealing import Sealer

PAGE = """
SELECT id, unit_id, name_hi, name_en, relation_type, gender, birth_year, person_id, captured_by, captured_at, source,
    status, version, created_at, changed_at, merged_into, sealed, path, name_key
FROM workers WHERE path >= $1 AND path < $2 AND status = 'active' ORDER BY path, name_key, id LIMIT 51
"""
NAMES = (
    *("id", "unit_id", "name_hi", "name_en", "relation_type", "gender", "birth_year", "person_id", "captured_by"),
    *("captured_at", "source", "status", "version", "created_at", "changed_at", "merged_into"),
)

Send = Callable[[dict[str, Any]], Awaitable[None]]


def bare(pool: asyncpg.Pool, low: str, high: str, sealer: Sealer) -> Any:
    """The ASGI application."""
    encode, decode = msgspec.json.Encoder().encode, msgspec.msgpack.Decoder(dict[str, str]).decode

    def shown(row: asyncpg.Record) -> dict[str, Any]:
        sealed = row["sealed"]
        fields = decode(sealer.open_bytes(sealed, place=f"workers.sealed:{row['id']}")) if sealed else {}
        return {**dict(zip(NAMES, row, strict=False)), "relation_name": fields.get("r"), "phone": fields.get("t")}

    async def answer(scope: dict[str, Any], _receive: Any, send: Send) -> None:
        if scope["type"] != "http":
            return
        rows = await pool.fetch(PAGE, low, high)
        body = encode({"items": [shown(row) for row in rows[:50]], "next": None})
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return answer


async def main() -> None:
    """Serves until it is ended."""
    port, url, low, high, keys = sys.argv[1:]
    # What the pool's reset would take away again is set as the connection's own default.
    settings = {"app.lo": low, "app.hi": high, "jit": "off"}
    pool = await asyncpg.create_pool(url, min_size=10, max_size=10, server_settings=settings)
    config = uvicorn.Config(
        bare(pool, low, high, Sealer(KeyFile(Path(keys)))),
        port=int(port),
        http="httptools",
        lifespan="off",
        access_log=False,
        log_level="warning",
    )
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
