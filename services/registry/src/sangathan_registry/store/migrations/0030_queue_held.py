"""A record's place in the queue of those to be compared can be held by who is changing the record."""

from alembic import op

from sangathan_chassis.ddl import grant

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(grant("registry_app", "match_queue", "UPDATE"))
