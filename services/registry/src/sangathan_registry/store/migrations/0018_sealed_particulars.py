"""What of a record is personal, and neither a name nor a year, is sealed as one."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE workers ADD COLUMN sealed bytea")
    op.execute(
        """ALTER TABLE workers ADD CONSTRAINT gone_seals_nothing
        CHECK (status NOT IN ('withdrawn', 'erased') OR sealed IS NULL) NOT VALID"""
    )
    op.execute("ALTER TABLE workers VALIDATE CONSTRAINT gone_seals_nothing")
