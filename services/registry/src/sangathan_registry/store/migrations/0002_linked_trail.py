"""The audit trail takes every service's entries, and is linked."""

from alembic import op

from sangathan_chassis.audit_ddl import audit_links

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APP = "registry_app"

COMMON = """
ALTER TABLE audit_entries
    ADD outcome text NOT NULL DEFAULT 'done', ADD session_id uuid, ADD subject_id uuid,
    ADD request_id text NOT NULL DEFAULT '', ADD detail jsonb NOT NULL DEFAULT '{}',
    ALTER person_id DROP NOT NULL, ALTER unit_id DROP NOT NULL
"""


def upgrade() -> None:
    for statement in [COMMON, *audit_links(APP)]:
        op.execute(statement)
