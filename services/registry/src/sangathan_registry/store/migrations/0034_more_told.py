"""Flags about a vistarak are found by the person; codes are counted by day; a history holds an import's basis."""

from alembic import op

from sangathan_chassis.ddl import grant

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

APP = "registry_app"
ACTS = (
    "('changed', 'merged', 'took-over', 'parted', 'gave-back', 'withdrawn', 'erased', 'restored', 'rehomed',"
    " 'transferred', 'held', 'photographed', 'photo-removed', 'answers-changed', 'imported')"
)
STATEMENTS = (
    "CREATE INDEX drive_flags_vistarak ON drive_flags (subject_id) WHERE about = 'vistarak'",
    "CREATE TABLE code_tallies (day date, unit_id uuid, sent int NOT NULL, PRIMARY KEY (day, unit_id))",
    grant(APP, "code_tallies", "SELECT, INSERT, UPDATE (sent), DELETE"),
    "ALTER TABLE worker_revisions ADD COLUMN note text",
    grant(APP, "worker_revisions", "UPDATE (note)"),
    # NOT VALID: the rows there are passed the narrower rule.
    "ALTER TABLE worker_revisions DROP CONSTRAINT worker_revisions_act_check",
    f"ALTER TABLE worker_revisions ADD CONSTRAINT worker_revisions_act_check CHECK (act IN {ACTS}) NOT VALID",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
