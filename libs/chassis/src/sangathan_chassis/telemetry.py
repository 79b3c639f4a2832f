"""A small tracing and metrics layer on opentelemetry-sdk: sampling is decided before a span is built.

Metrics are read by Prometheus at ``/metrics`` and, when an OTLP endpoint is set, sent there with the sampled traces.
Labels are route templates, methods and statuses: never an id or a name.
"""

import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.metrics import Histogram, Meter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import SpanContext, SpanKind, TraceFlags, Tracer, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import CollectorRegistry, generate_latest

from sangathan_chassis.logs import trace_id
from sangathan_chassis.settings import ProcessSettings

_traceparent: ContextVar[str] = ContextVar("traceparent", default="")
_propagator = TraceContextTextMapPropagator()
_SAMPLED = "01"


def current_traceparent() -> str:
    """The W3C traceparent of what is being done now, empty outside a request or an event."""
    return _traceparent.get()


def new_traceparent(*, sampled: bool) -> str:
    """A fresh W3C traceparent (Trace Context, section 3.2)."""
    return f"00-{os.urandom(16).hex()}-{os.urandom(8).hex()}-{_SAMPLED if sampled else '00'}"


class Telemetry:
    """One process's tracer, meter and Prometheus page."""

    def __init__(self, settings: ProcessSettings, service: str) -> None:
        resource = Resource.create({"service.name": f"sangathan-{service}"})
        self._registry = CollectorRegistry()
        readers: list[MetricReader] = [PrometheusMetricReader(registry=self._registry)]
        self._tracers = TracerProvider(resource=resource, sampler=ALWAYS_ON, shutdown_on_exit=False)
        self._ratio = settings.trace_sample_ratio if settings.otlp_endpoint else 0.0
        if settings.otlp_endpoint:
            readers.append(self._export_to(settings.otlp_endpoint))
        self._meters = MeterProvider(readers, resource=resource, shutdown_on_exit=False)
        self.meter: Meter = self._meters.get_meter("sangathan")
        self._tracer: Tracer = self._tracers.get_tracer("sangathan")
        self.requests: Histogram = self.meter.create_histogram(
            "sangathan_request_seconds", unit="s", description="Time to answer, by route, method and status."
        )
        self.events: Histogram = self.meter.create_histogram(
            "sangathan_event_seconds", unit="s", description="Time to handle an event, by consumer, type and ending."
        )

    def _export_to(self, endpoint: str) -> MetricReader:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter  # noqa: PLC0415
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

        base = endpoint.rstrip("/")
        self._tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{base}/v1/traces")))
        return PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=f"{base}/v1/metrics"))

    def page(self) -> bytes:
        """The Prometheus text page."""
        return generate_latest(self._registry)

    def close(self) -> None:
        """Sends what is buffered."""
        self._meters.shutdown()
        self._tracers.shutdown()

    @contextmanager
    def span(self, name: str, traceparent: str = "", *, kind: SpanKind = SpanKind.SERVER) -> Iterator[str]:
        """Continues or begins a trace, yields the traceparent to send on, builds a span only when sampled."""
        incoming = traceparent if _well_formed(traceparent) else ""
        sampled = incoming.endswith(_SAMPLED) if incoming else random.random() < self._ratio  # noqa: S311
        if not (sampled and self._ratio):
            own = incoming or new_traceparent(sampled=False)
            with _as_current(own):
                yield own
            return
        context = _propagator.extract({"traceparent": incoming}) if incoming else None
        span = self._tracer.start_span(name, context=context, kind=kind)
        carrier: dict[str, str] = {}
        _propagator.inject(carrier, set_span_in_context(span))
        try:
            with _as_current(carrier["traceparent"]):
                yield carrier["traceparent"]
        except BaseException as error:
            span.set_attribute("error.type", type(error).__name__)
            raise
        finally:
            span.end()

    @contextmanager
    def timed(self, histogram: Histogram, labels: dict[str, str | int]) -> Iterator[dict[str, str | int]]:
        """Records how long the block took under the labels, which the block may still complete."""
        begun = time.perf_counter()
        try:
            yield labels
        finally:
            histogram.record(time.perf_counter() - begun, labels)


@contextmanager
def _as_current(traceparent: str) -> Iterator[None]:
    parent = _traceparent.set(traceparent)
    trace = trace_id.set(traceparent[3:35])
    try:
        yield
    finally:
        trace_id.reset(trace)
        _traceparent.reset(parent)


def _well_formed(traceparent: str) -> bool:
    if len(traceparent) != 55 or traceparent[:3] != "00-":
        return False
    try:
        context = SpanContext(
            int(traceparent[3:35], 16), int(traceparent[36:52], 16), is_remote=True, trace_flags=TraceFlags(1)
        )
    except ValueError:
        return False
    return context.is_valid
