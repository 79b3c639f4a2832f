"""The ladder can be added to, renamed and ordered by the service; a level is never removed."""

from alembic import op

from sangathan_chassis.ddl import grant

revision = "identity_0005"
down_revision = "identity_0004"

APP = "identity_app"


def upgrade() -> None:
    op.execute(grant(APP, "levels", "INSERT, UPDATE"))
