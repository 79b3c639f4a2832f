"""Only what came on paper has a serial: the other records are left out of what keeps two from having the same."""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


STATEMENTS = (
    "CREATE UNIQUE INDEX captures_serial ON captures (drive_id, unit_id, serial) WHERE serial IS NOT NULL",
    "ALTER TABLE captures DROP CONSTRAINT captures_drive_id_unit_id_serial_key",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
