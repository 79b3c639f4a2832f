"""What the trail holds about one record is found by the record."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX audit_entries_worker ON audit_entries (worker_id, id) WHERE worker_id IS NOT NULL")
