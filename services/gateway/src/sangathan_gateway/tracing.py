"""Names each request and continues its trace; whether it is sampled is decided before a span is built."""

import os
import random
import re
from collections.abc import Iterable
from itertools import count
from typing import Final

from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from sangathan_chassis.settings import ProcessSettings
from sangathan_chassis.telemetry import Telemetry
from sangathan_gateway.stats import RouteCollector, RouteStats

_TRACEPARENT: Final = re.compile(rb"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}")


class Trace:
    """What one request is called: by its own id, and by its trace."""

    __slots__ = ("request_id", "span", "traceparent")

    def __init__(self, request_id: bytes, traceparent: bytes, span: Span | None = None) -> None:
        self.request_id = request_id
        self.traceparent = traceparent
        self.span = span

    @property
    def trace_id(self) -> str:
        """The trace's own name within the header that carries it."""
        return self.traceparent[3:35].decode()


class Tracing(Telemetry):
    """The chassis's telemetry, with spans that begin and end in callbacks, and statistics that are plain numbers.

    A caller outside may name the trace, but not decide that it is sampled: that costs.
    """

    def __init__(self, settings: ProcessSettings) -> None:
        super().__init__(settings, "gateway")
        prefix = os.urandom(6).hex().encode()
        self._ids = map((prefix + b"-%x").__mod__, count(1))

    def show(self, stats: Iterable[RouteStats]) -> None:
        """Adds the routes' statistics to the Prometheus page."""
        self._registry.register(RouteCollector(stats))

    def begin(self, incoming: bytes | None = None) -> Trace:
        """A new request's names; with a span when it is sampled."""
        request_id = next(self._ids)
        known = _TRACEPARENT.fullmatch(incoming) if incoming is not None else None
        if self._ratio and random.random() < self._ratio:  # noqa: S311 - a sample, not a secret.
            return self._sampled(request_id, known)
        if known:
            return Trace(request_id, b"00-%b-%016x-00" % (known[1], random.getrandbits(64)))
        return Trace(request_id, b"00-%032x-%016x-00" % (random.getrandbits(128), random.getrandbits(64)))

    def _sampled(self, request_id: bytes, known: re.Match[bytes] | None) -> Trace:
        context = None
        if known:
            remote = SpanContext(int(known[1], 16), int(known[2], 16), is_remote=True, trace_flags=TraceFlags(1))
            context = set_span_in_context(NonRecordingSpan(remote))
        span = self._tracer.start_span("request", context=context, kind=SpanKind.SERVER)
        own = span.get_span_context()
        return Trace(request_id, b"00-%032x-%016x-01" % (own.trace_id, own.span_id), span)

    @staticmethod
    def end(trace: Trace, name: str, status: int) -> None:
        """Ends a sampled request's span under its route's name."""
        span = trace.span
        if span is None:
            return
        span.update_name(name)
        span.set_attribute("http.route", name)
        span.set_attribute("http.response.status_code", status)
        if status >= 500:
            span.set_status(StatusCode.ERROR)
        span.end()
