"""Token buckets: how often one caller, or one address that has not shown who it is, may ask.

A bucket is one number, the moment at which it would be full again (the generic cell rate algorithm), so that asking
costs a comparison. Buckets that are full again are forgotten.
"""

import math
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Rate:
    """``burst`` requests at once, and ``per_s`` in the long run."""

    name: str
    burst: int
    per_s: float

    def times(self, factor: float) -> "Rate":
        """The same rate, wider by a factor: for load tests and for callers behind one shared address."""
        return Rate(self.name, max(1, round(self.burst * factor)), self.per_s * factor)


class Bucket:
    """One caller's bucket under one rate."""

    __slots__ = ("_full_at", "_interval", "_policy", "_tolerance")

    def __init__(self, rate: Rate) -> None:
        self._interval = 1.0 / rate.per_s
        self._tolerance = (rate.burst - 1) * self._interval
        window = max(1, math.ceil(rate.burst * self._interval))
        self._policy = b'ratelimit-policy: "%s";q=%d;w=%d\r\nratelimit: "%s";r=' % (
            rate.name.encode(),
            rate.burst,
            window,
            rate.name.encode(),
        )
        self._full_at = 0.0

    def take(self, now: float) -> float:
        """0.0 when the request may pass, else the seconds after which the next one may."""
        full_at = self._full_at
        if full_at <= now:
            self._full_at = now + self._interval
            return 0.0
        wait = full_at - now - self._tolerance
        if wait > 0.0:
            return wait
        self._full_at = full_at + self._interval
        return 0.0

    def headers(self, now: float) -> bytes:
        """The RateLimit header lines (draft-ietf-httpapi-ratelimit-headers): what is left, seconds until full."""
        used = self._full_at - now
        left = int((self._tolerance - used) / self._interval + 1.0001)
        return b"%s%d;t=%d\r\n" % (self._policy, max(0, left), math.ceil(max(0.0, used)))

    def full(self, now: float) -> bool:
        """Whether it has not been used for so long that forgetting it changes nothing."""
        return self._full_at <= now


class Buckets:
    """All buckets of one rate by key; bounded, so that many addresses cannot fill the memory."""

    SIZE: Final = 200_000

    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        self._buckets: dict[str, Bucket] = {}

    def of(self, key: str) -> Bucket:
        """The bucket of this caller or address, made when there is none."""
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= self.SIZE:
                self._buckets.pop(next(iter(self._buckets)))
            bucket = self._buckets[key] = Bucket(self.rate)
        return bucket

    def forget_full(self, now: float) -> None:
        """Drops what is full again."""
        for key in [key for key, bucket in self._buckets.items() if bucket.full(now)]:
            del self._buckets[key]

    def __len__(self) -> int:
        return len(self._buckets)
