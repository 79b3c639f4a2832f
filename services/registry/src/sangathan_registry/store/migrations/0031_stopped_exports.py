"""Why an export was stopped."""

from alembic import op

from sangathan_chassis.ddl import grant

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE exports ADD stop text CHECK (stop IN ('office-ended', 'key-gone'))")
    op.execute(grant("registry_app", "exports", "UPDATE (stop)"))
