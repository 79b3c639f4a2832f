"""Codes that did not go out because the day's were used up are counted for their unit and all above it."""

from alembic import op

from sangathan_chassis.ddl import grant

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE code_tallies ADD COLUMN held_back int NOT NULL DEFAULT 0",
    grant("registry_app", "code_tallies", "UPDATE (held_back)"),
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
