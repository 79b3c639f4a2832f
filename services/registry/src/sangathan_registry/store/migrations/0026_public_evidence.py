"""Evidence may come from the public, who is nobody."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE case_evidence ALTER COLUMN added_by DROP NOT NULL")
