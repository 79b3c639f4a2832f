"""Every change of a record: when, by whom, under which office, and what stood there before."""

from alembic import op

from sangathan_chassis.ddl import grant, second_wall

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

APP = "registry_app"
# What a version replaced is sealed, and goes when the record is withdrawn; a change of unit names the one it left.
REVISIONS = (
    """
CREATE TABLE worker_revisions (
    worker_id uuid NOT NULL, version int NOT NULL, path text COLLATE "C" NOT NULL, at timestamptz NOT NULL,
    act text NOT NULL CHECK (act IN ('changed', 'merged', 'took-over', 'parted', 'gave-back', 'withdrawn', 'erased',
        'restored', 'rehomed')),
    person_id uuid, appointment_id uuid, office text NOT NULL DEFAULT '', left_unit_id uuid, before bytea,
    PRIMARY KEY (worker_id, version)
)""",
    "CREATE INDEX worker_revisions_path ON worker_revisions (path)",
)


def upgrade() -> None:
    granted = grant(APP, "worker_revisions", "SELECT, INSERT, UPDATE (path, before)")
    for statement in [*REVISIONS, *second_wall("worker_revisions"), granted]:
        op.execute(statement)
