"""Where a unit lies on the ground: a circle or a ring, and whether a device was certainly outside it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sangathan_registry.domain.drive import Evidence

METRES_PER_DEGREE: Final = 111_320.0
MOST_CORNERS: Final = 50
LARGEST_RADIUS_M: Final = 50_000

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Fence:
    """Either a centre with a radius in metres, or the corners of a ring, each as latitude and longitude in degrees."""

    centre: Point | None = None
    radius_m: int = 0
    ring: Sequence[Point] = ()

    def excludes(self, at: Evidence) -> bool:
        """Whether the device was outside by more than its accuracy explains."""
        return self.metres_away(at) > at.accuracy_m

    def metres_away(self, at: Evidence) -> float:
        """How far outside the place lies; 0 within. On a plane, which is true enough for the size of a booth."""
        here = (at.latitude, at.longitude)
        if self.centre is not None:
            return max(0.0, math.hypot(*_metres(here, self.centre)) - self.radius_m)
        corners = [_metres(corner, here) for corner in self.ring]
        sides = list(zip(corners, [*corners[1:], corners[0]], strict=True))
        if sum(_crosses(one, other) for one, other in sides) % 2:
            return 0.0
        return min(_distance(one, other) for one, other in sides)


def _metres(point: Point, origin: Point) -> Point:
    """East and north of the origin; the shorter way round where longitudes jump from 180 to -180."""
    east = (point[1] - origin[1] + 180.0) % 360.0 - 180.0
    return (
        east * METRES_PER_DEGREE * math.cos(math.radians(origin[0])),
        (point[0] - origin[0]) * METRES_PER_DEGREE,
    )


def _crosses(one: Point, other: Point) -> bool:
    """Whether a ray from the origin to the east crosses the side."""
    if (one[1] > 0) == (other[1] > 0):
        return False
    return one[0] - one[1] * (other[0] - one[0]) / (other[1] - one[1]) > 0


def _distance(one: Point, other: Point) -> float:
    """From the origin to the nearest point of the side."""
    along = (other[0] - one[0], other[1] - one[1])
    length = along[0] ** 2 + along[1] ** 2
    share = 0.0 if length == 0 else max(0.0, min(1.0, -(one[0] * along[0] + one[1] * along[1]) / length))
    return math.hypot(one[0] + share * along[0], one[1] + share * along[1])
