"""As in every service, an entry of the trail is never refused for its place: who asks outside their own is noted."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE POLICY append ON audit_entries FOR INSERT WITH CHECK (true)")
