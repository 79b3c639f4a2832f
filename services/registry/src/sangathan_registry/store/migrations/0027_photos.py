"""Workers' photos, sealed, in a table apart; and that they came and went stands in the history of the record."""

from alembic import op

from sangathan_chassis.ddl import grant, second_wall

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

APP = "registry_app"
CHANGED = "path, id, version, sealed, sent_index, width, height, size, put_by, put_at"
# A sealed picture does not shrink, and PostgreSQL need not try.
PHOTOS = (
    """
CREATE TABLE worker_photos (
    worker_id uuid PRIMARY KEY, path text COLLATE "C" NOT NULL, id uuid NOT NULL UNIQUE, version int NOT NULL,
    sealed bytea STORAGE EXTERNAL NOT NULL CHECK (octet_length(sealed) < 70000), sent_index bytea NOT NULL,
    width int NOT NULL, height int NOT NULL, size int NOT NULL, put_by uuid NOT NULL, put_at timestamptz NOT NULL
)""",
    "CREATE INDEX worker_photos_path ON worker_photos (path)",
)
ACTS = (
    "('changed', 'merged', 'took-over', 'parted', 'gave-back', 'withdrawn', 'erased', 'restored', 'rehomed',"
    " 'transferred', 'held', 'photographed', 'photo-removed')"
)
# NOT VALID: the rows there are passed the narrower rule.
HISTORY = (
    "ALTER TABLE worker_revisions DROP CONSTRAINT worker_revisions_act_check",
    f"ALTER TABLE worker_revisions ADD CONSTRAINT worker_revisions_act_check CHECK (act IN {ACTS}) NOT VALID",
)


def upgrade() -> None:
    granted = grant(APP, "worker_photos", f"SELECT, INSERT, UPDATE ({CHANGED}), DELETE")
    for statement in [*PHOTOS, *second_wall("worker_photos"), granted, *HISTORY]:
        op.execute(statement)
