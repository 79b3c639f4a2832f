"""A consent that is given anew keeps the artefacts that it follows."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE consents ADD COLUMN earlier jsonb NOT NULL DEFAULT '[]'")
