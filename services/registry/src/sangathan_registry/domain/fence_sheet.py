"""A sheet of fences, row by row: what each asks for, or what would be accepted in its place."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sangathan_registry.domain.fences import LARGEST_RADIUS_M, MOST_CORNERS, Fence, Point
from sangathan_registry.domain.worker import Place

COLUMNS: Final = ("unit", "latitude", "longitude", "radius_m", "ring")
_CENTRE: Final = ("latitude", "longitude", "radius_m")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row is rejected, by a stable slug and in both languages."""

    slug: str
    hi: str
    en: str


@dataclass(frozen=True, slots=True)
class FenceReject:
    """A row that cannot be."""

    line: int
    values: Mapping[str, str]
    reason: Reason


class Unfit(Exception):  # noqa: N818 - it says what is wrong with a row.
    """Why the row at hand cannot be."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.slug)
        self.reason = reason


UNKNOWN_UNIT: Final = Reason(
    "unknown-unit", "आपकी खुली इकाइयों में इस पथ पर कोई नहीं है", "no open unit of yours stands at this path"
)
NAMED_TWICE: Final = Reason("named-twice", "यह इकाई पहले की पंक्ति में आ चुकी है", "a row above names this unit already")
BAD_CENTRE: Final = Reason(
    "bad-centre",
    f"अक्षांश -90 से 90, देशांतर -180 से 180, और त्रिज्या 1 से {LARGEST_RADIUS_M} मीटर, तीनों दें",
    f"takes all three: latitude -90 to 90, longitude -180 to 180, radius_m a whole number from 1 to {LARGEST_RADIUS_M}",
)
BAD_RING: Final = Reason(
    "bad-ring",
    f"3 से {MOST_CORNERS} कोने, हर कोना अक्षांश और देशांतर, बीच में अर्धविराम: 23.1 79.2; 23.2 79.2; 23.2 79.3",
    f"takes 3 to {MOST_CORNERS} corners, latitude and longitude, with semicolons: 23.1 79.2; 23.2 79.2; 23.2 79.3",
)
BOTH: Final = Reason("both", "या तो केंद्र और त्रिज्या दें, या कोने", "takes either a centre with its radius or a ring")


def fence_in(values: Mapping[str, str]) -> Fence | None:
    """The fence that a row gives; None for a row that takes its unit's fence away. Raises `Unfit`."""
    centred = any(values[name] for name in _CENTRE)
    if centred and values["ring"]:
        raise Unfit(BOTH)
    if centred:
        return _circle(values)
    return _ring(values["ring"]) if values["ring"] else None


def place_in(values: Mapping[str, str], places: Mapping[str, Place]) -> Place:
    """The unit that a row names by its path. Raises `Unfit`."""
    path = values["unit"]
    place = places.get(path if path.endswith(".") else f"{path}.")
    if place is None or place.closed:
        raise Unfit(UNKNOWN_UNIT)
    return place


def _circle(values: Mapping[str, str]) -> Fence:
    try:
        centre = _point(values["latitude"], values["longitude"])
        radius = int(values["radius_m"])
    except ValueError:
        raise Unfit(BAD_CENTRE) from None
    if not 1 <= radius <= LARGEST_RADIUS_M:
        raise Unfit(BAD_CENTRE)
    return Fence(centre, radius)


def _ring(text: str) -> Fence:
    try:
        corners = [_point(*corner.replace(",", " ").split()) for corner in text.strip("; ").split(";")]
    except (ValueError, TypeError):
        raise Unfit(BAD_RING) from None
    if not 3 <= len(corners) <= MOST_CORNERS:
        raise Unfit(BAD_RING)
    return Fence(ring=corners)


def _point(latitude: str, longitude: str) -> Point:
    point = (float(latitude), float(longitude))
    if not all(map(math.isfinite, point)) or abs(point[0]) > 90 or abs(point[1]) > 180:
        raise ValueError
    return point
