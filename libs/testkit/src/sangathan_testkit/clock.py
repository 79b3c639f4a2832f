"""A clock that stands still until it is told otherwise."""

from datetime import UTC, datetime, timedelta


class FixedClock:
    """Gives the same moment until moved."""

    def __init__(self, moment: datetime = datetime(2022, 1, 20, 9, 0, tzinfo=UTC)) -> None:
        self._moment = moment

    def now(self) -> datetime:
        """The moment it was set to."""
        return self._moment

    def pass_time(self, by: timedelta) -> None:
        """Moves it forward."""
        self._moment += by
