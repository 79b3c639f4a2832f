"""People who came by an import, or agreed on an older notice, are told of the one in force: how far that has come."""

from alembic import op

from sangathan_chassis.ddl import grant, second_wall

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

APP = "registry_app"
RENOTICES = """
CREATE TABLE renotices (
    worker_id uuid PRIMARY KEY, path text COLLATE "C" NOT NULL, version text NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'sent', 'unreached')), reason text, due_at timestamptz NOT NULL,
    next_at timestamptz NOT NULL, sends int NOT NULL DEFAULT 0, sent_at timestamptz,
    CONSTRAINT unreached_says_why CHECK (state <> 'unreached' OR reason IS NOT NULL)
)"""
SWEEPS = "CREATE TABLE notice_sweeps (version text PRIMARY KEY, after uuid NOT NULL, done_at timestamptz)"
OTHERS = (
    "CREATE INDEX renotices_open ON renotices (path, worker_id) WHERE state <> 'sent'",
    "CREATE INDEX renotices_path ON renotices (path)",
    "CREATE INDEX renotices_next ON renotices (next_at, worker_id) WHERE state = 'waiting'",
)


def upgrade() -> None:
    granted = [
        grant(APP, "renotices", "SELECT, INSERT, UPDATE, DELETE"),
        grant(APP, "notice_sweeps", "SELECT, INSERT, UPDATE, DELETE"),
    ]
    for statement in [RENOTICES, SWEEPS, *OTHERS, *second_wall("renotices"), *granted]:
        op.execute(statement)
