"""Messages of an erased person go, and none comes after."""

from alembic import op

from sangathan_chassis.ddl import grant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

APP = "notify_app"
STATEMENTS = (
    # Ids that nothing belongs to any more: they say nothing about anybody.
    "CREATE TABLE erased_persons (person_id uuid PRIMARY KEY)",
    grant(APP, "erased_persons", "SELECT, INSERT"),
    *(grant(APP, table, "DELETE") for table in ("inbox_messages", "deliveries", "delivery_states")),
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
