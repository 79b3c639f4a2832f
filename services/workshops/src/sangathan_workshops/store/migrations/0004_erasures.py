"""Invitations and attendances of an erased person go."""

from alembic import op

from sangathan_chassis.ddl import grant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("invitations", "attendances"):
        op.execute(grant("workshops_app", table, "DELETE"))
