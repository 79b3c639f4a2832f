"""The audit trail in the shape that all services share, with links."""

from alembic import op

from sangathan_chassis.audit_ddl import audit_tables

revision = "identity_0003"
down_revision = "identity_0002"

APP = "identity_app"

# What the first release wrote is kept: its order becomes that of the new ids.
TAKE_OVER = """
INSERT INTO audit_entries (id, at, action, outcome, person_id, session_id, appointment_id, office, path, subject_id,
    request_id, detail)
SELECT uuidv7(at - now()), at, act, outcome, person_id, session_id, appointment_id, '', path, subject_id, request_id,
    detail
FROM audit ORDER BY id
"""


def upgrade() -> None:
    for statement in [*audit_tables(APP), TAKE_OVER, "DROP TABLE audit"]:
        op.execute(statement)
