"""Counts and durations per route, kept as plain numbers: a histogram of an SDK costs more than a whole proxied request.

They are handed to Prometheus when it asks.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Final

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

BOUNDS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class RouteStats:
    """What one route has done so far."""

    __slots__ = ("buckets", "key", "statuses", "total_s")

    def __init__(self, key: str) -> None:
        self.key = key
        self.statuses: dict[int, int] = {}
        self.buckets = [0] * (len(BOUNDS_S) + 1)
        self.total_s = 0.0

    def record(self, status: int, seconds: float) -> None:
        """Counts one answer."""
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.buckets[bisect_left(BOUNDS_S, seconds)] += 1
        self.total_s += seconds


class RouteCollector(Collector):
    """Shows the statistics of all routes to Prometheus; labels are templates and statuses, never ids."""

    def __init__(self, stats: Iterable[RouteStats]) -> None:
        self._stats = tuple(stats)

    def collect(self) -> Iterator[Metric]:
        """The two families: answers by route and status, and time to answer by route."""
        answers = CounterMetricFamily(
            "sangathan_gateway_requests", "Answers by route and status.", labels=("route", "status")
        )
        times = HistogramMetricFamily(
            "sangathan_gateway_request_seconds", "Time from request line to last byte, by route.", labels=("route",)
        )
        for stats in self._stats:
            for status, count in sorted(stats.statuses.items()):
                answers.add_metric((stats.key, str(status)), count)
            if stats.statuses:
                times.add_metric((stats.key,), _cumulative(stats), stats.total_s)
        yield answers
        yield times


def _cumulative(stats: RouteStats) -> list[tuple[str, float]]:
    rows, sum_so_far = [], 0
    for bound, count in zip((*map(str, BOUNDS_S), "+Inf"), stats.buckets, strict=True):
        sum_so_far += count
        rows.append((bound, float(sum_so_far)))
    return rows
