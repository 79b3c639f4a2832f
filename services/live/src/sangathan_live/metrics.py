"""The edge's figures for Prometheus: totals over all its processes, never per person."""

from collections.abc import Callable, Iterable

from opentelemetry.metrics import CallbackOptions, Observation

from sangathan_chassis.telemetry import Telemetry
from sangathan_live.tallies import Tallies, Tally

_GROWING = {
    Tally.CASTS: ("sangathan_live_casts", "Broadcasts said, summed over processes."),
    Tally.DELIVERIES: ("sangathan_live_deliveries", "Messages handed to connections for broadcasts."),
    Tally.CONNECTED: ("sangathan_live_connects", "Connections made."),
    Tally.FILLED: ("sangathan_live_filled", "Casts filled in from the ring on reconnecting."),
    Tally.GAPS: ("sangathan_live_gaps", "Clients sent to REST for what they missed."),
    Tally.BAD_CASTS: ("sangathan_live_bad_casts", "Casts that could not be read."),
}
_CUT = {Tally.SLOW: "slow", Tally.SILENT: "silent", Tally.REVOKED: "revoked"}
_REFUSED = {Tally.REFUSED_BUSY: "busy", Tally.REFUSED_TICKET: "ticket"}
_OPEN = {Tally.SOCKETS: "websocket", Tally.STREAMS: "sse"}

Callback = Callable[[CallbackOptions], Iterable[Observation]]


def observe(telemetry: Telemetry, tallies: Tallies) -> None:
    """Offers the tallies on the process's metrics page."""
    meter = telemetry.meter
    meter.create_observable_gauge("sangathan_live_connections", [_by(tallies, "transport", _OPEN)])
    meter.create_observable_counter("sangathan_live_cut", [_by(tallies, "reason", _CUT)])
    meter.create_observable_counter("sangathan_live_refused", [_by(tallies, "reason", _REFUSED)])
    meter.create_observable_counter("sangathan_live_fan_out_seconds", [_seconds(tallies)], unit="s")
    for tally, (name, description) in _GROWING.items():
        meter.create_observable_counter(name, [_one(tallies, tally)], description=description)


def _by(tallies: Tallies, label: str, values: dict[Tally, str]) -> Callback:
    return lambda _options: [Observation(tallies.total(t), {label: value}) for t, value in values.items()]


def _one(tallies: Tallies, tally: Tally) -> Callback:
    return lambda _options: [Observation(tallies.total(tally))]


def _seconds(tallies: Tallies) -> Callback:
    return lambda _options: [Observation(tallies.total(Tally.FAN_OUT_MICROSECONDS) / 1e6)]
