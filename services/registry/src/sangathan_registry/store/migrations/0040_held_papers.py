"""What a clerk keyed and what was not accepted at once remembers the vistarak who collected it."""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


STATEMENTS = (
    "ALTER TABLE rejected_records ADD COLUMN vistarak_id uuid",
    """
CREATE INDEX rejected_records_vistarak ON rejected_records (vistarak_id, drive_id) WHERE vistarak_id IS NOT NULL
""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
