"""The peer: what one writes first, a FastAPI WebSocket route and a loop over everybody, run by uvicorn."""  # noqa: INP001 - a script.

from __future__ import annotations

import sys

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()
everybody: set[WebSocket] = set()


@app.websocket("/live")
async def live(websocket: WebSocket) -> None:
    """Holds one connection."""
    await websocket.accept()
    everybody.add(websocket)
    try:
        while True:
            await websocket.receive_text()
    except WebSocketDisconnect:
        everybody.discard(websocket)


@app.post("/say")
async def say(count: int, size: int) -> int:
    """Says a frame of ``size`` bytes, header included, ``count`` times to everybody."""
    text = "x" * (size - 4)
    for _ in range(count):
        for websocket in list(everybody):
            await websocket.send_text(text)
    return len(everybody)


if __name__ == "__main__":
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        loop="uvloop",
        http="httptools",
        log_level="warning",
        backlog=4096,
    )
