"""Turns the scope into a condition: the first wall, in every statement that touches a unit's rows."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from sangathan_chassis.scope import Scope


def within(path: Any, scope: Scope) -> sa.ColumnElement[bool]:
    """The path lies in the scope's range; row-level security says the same again behind it."""
    return sa.and_(col(path) >= scope.lo, col(path) < scope.hi)
