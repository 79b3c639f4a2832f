"""When to stop asking a service that does not answer, and how often to ask twice."""

from typing import Final


class Breaker:
    """Opens after failures in a row, lets one request try after a while, closes when it is answered."""

    THRESHOLD: Final = 5
    FIRST_WAIT_S: Final = 0.5
    LONGEST_WAIT_S: Final = 4.0

    def __init__(self) -> None:
        self._failures = 0
        self._wait_s = self.FIRST_WAIT_S
        self._retry_at = 0.0

    @property
    def open(self) -> bool:
        """Whether the service counts as down."""
        return self._failures >= self.THRESHOLD

    def blocked_s(self, now: float) -> float:
        """0.0 when a request may be sent, else the seconds until one may try; letting one try blocks the next."""
        if self._failures < self.THRESHOLD:
            return 0.0
        if now < self._retry_at:
            return self._retry_at - now
        self._retry_at = now + self._wait_s
        return 0.0

    def wait_s(self) -> float:
        """How long a caller should wait before asking again."""
        return self._wait_s

    def succeeded(self) -> None:
        """The service has answered."""
        if self._failures:
            self._failures = 0
            self._wait_s = self.FIRST_WAIT_S

    def failed(self, now: float) -> None:
        """The service could not be reached, or gave no answer."""
        self._failures += 1
        if self._failures >= self.THRESHOLD:
            if self._failures > self.THRESHOLD:
                self._wait_s = min(self._wait_s * 2, self.LONGEST_WAIT_S)
            self._retry_at = now + self._wait_s


class RetryBudget:
    """At most a tenth of requests may be sent twice, so that retries never double the load on a service in trouble."""

    SHARE: Final = 0.1
    MOST: Final = 10.0

    def __init__(self) -> None:
        self._left = self.MOST

    def earn(self) -> None:
        """A request has been sent for the first time."""
        if self._left < self.MOST:
            self._left += self.SHARE

    def spend(self) -> bool:
        """Whether one more may be sent again."""
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True
