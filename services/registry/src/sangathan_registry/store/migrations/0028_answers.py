"""What corrections of answers replaced; and that answers were corrected stands in the history of the record."""

from alembic import op

from sangathan_chassis.ddl import grant, second_wall

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

APP = "registry_app"
REVISIONS = (
    """
CREATE TABLE answer_revisions (
    id uuid PRIMARY KEY, record_id uuid NOT NULL, unit_id uuid NOT NULL, path text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL, person_id uuid, appointment_id uuid, office text NOT NULL, before bytea
)""",
    "CREATE INDEX answer_revisions_path ON answer_revisions (path)",
    "CREATE INDEX answer_revisions_record ON answer_revisions (record_id)",
)
ACTS = (
    "('changed', 'merged', 'took-over', 'parted', 'gave-back', 'withdrawn', 'erased', 'restored', 'rehomed',"
    " 'transferred', 'held', 'photographed', 'photo-removed', 'answers-changed')"
)
# NOT VALID: the rows there are passed the narrower rule.
HISTORY = (
    "ALTER TABLE worker_revisions DROP CONSTRAINT worker_revisions_act_check",
    f"ALTER TABLE worker_revisions ADD CONSTRAINT worker_revisions_act_check CHECK (act IN {ACTS}) NOT VALID",
)


def upgrade() -> None:
    granted = grant(APP, "answer_revisions", "SELECT, INSERT, UPDATE (path, before)")
    for statement in [*REVISIONS, *second_wall("answer_revisions"), granted, *HISTORY]:
        op.execute(statement)
