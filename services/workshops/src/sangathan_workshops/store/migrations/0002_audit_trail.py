"""The audit trail: who spoke, invited, planned and checked in."""

from alembic import op

from sangathan_chassis.audit_ddl import audit_tables

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in audit_tables("workshops_app"):
        op.execute(statement)
