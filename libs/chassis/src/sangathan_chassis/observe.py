"""Pure ASGI middleware: one trace and one timing per request, labelled by route template."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sangathan_chassis.telemetry import Telemetry


class ObserveRequests:
    """Continues the caller's trace and records how long the answer took."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request or passes other scopes on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        telemetry: Telemetry = scope["app"].state.telemetry
        traceparent = next((v.decode("latin-1") for k, v in scope["headers"] if k == b"traceparent"), "")
        labels: dict[str, str | int] = {"method": scope["method"], "route": "", "status": 500}

        async def send_and_note(message: Message) -> None:
            if message["type"] == "http.response.start":
                labels["status"] = message["status"]
            await send(message)

        with telemetry.span(f"{scope['method']}", traceparent), telemetry.timed(telemetry.requests, labels):
            try:
                await self._app(scope, receive, send_and_note)
            finally:
                labels["route"] = getattr(scope.get("route"), "path", "unmatched")
