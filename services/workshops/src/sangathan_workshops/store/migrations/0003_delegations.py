"""The replica of appointments tells what was delegated from what is held in its own right."""

from alembic import op

from sangathan_hierarchy.ddl import DELEGATIONS

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(DELEGATIONS)
