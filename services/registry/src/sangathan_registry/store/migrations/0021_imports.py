"""Imports of existing workers: the file, sealed, until it is worked off, and what became of each row for a while."""

from alembic import op

from sangathan_chassis.ddl import grant, second_wall

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

APP = "registry_app"
TABLES = (
    """
CREATE TABLE worker_imports (
    id uuid PRIMARY KEY, unit_id uuid NOT NULL, path text COLLATE "C" NOT NULL, asked_by uuid NOT NULL,
    appointment_id uuid, office text NOT NULL, basis text NOT NULL, collected_on date, reading bytea NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'done', 'stopped')), stop text,
    rows int NOT NULL, worked int NOT NULL, accepted int NOT NULL, already_there int NOT NULL, rejected int NOT NULL,
    needs_review int NOT NULL, created_at timestamptz NOT NULL, changed_at timestamptz NOT NULL, ended_at timestamptz,
    CONSTRAINT worked_adds_up CHECK (worked <= rows AND worked = accepted + already_there + rejected + needs_review),
    CONSTRAINT ended_with_state CHECK ((state = 'waiting') = (ended_at IS NULL)),
    CONSTRAINT stopped_for_a_reason CHECK ((state = 'stopped') = (stop IS NOT NULL))
)""",
    "CREATE INDEX worker_imports_path ON worker_imports (path, id)",
    "CREATE INDEX worker_imports_waiting ON worker_imports (created_at) WHERE state = 'waiting'",
    """
CREATE TABLE worker_import_files (
    import_id uuid PRIMARY KEY, unit_id uuid NOT NULL, path text COLLATE "C" NOT NULL, sealed bytea NOT NULL
)""",
    """
CREATE TABLE worker_import_rows (
    import_id uuid NOT NULL, line int NOT NULL, unit_id uuid NOT NULL, path text COLLATE "C" NOT NULL,
    outcome text NOT NULL, reason text, worker_id uuid, sealed bytea, PRIMARY KEY (import_id, line)
)""",
    "CREATE INDEX worker_import_rows_path ON worker_import_rows (path)",
    "CREATE INDEX worker_import_rows_worker ON worker_import_rows (worker_id) WHERE worker_id IS NOT NULL",
)
GRANTS = {
    "worker_imports": "SELECT, INSERT, DELETE, UPDATE (unit_id, path, state, stop, worked, accepted, already_there,"
    " rejected, needs_review, changed_at, ended_at)",
    "worker_import_files": "SELECT, INSERT, DELETE, UPDATE (unit_id, path)",
    "worker_import_rows": "SELECT, INSERT, DELETE, UPDATE (unit_id, path, sealed)",
}


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    for table, privileges in GRANTS.items():
        for statement in [*second_wall(table), grant(APP, table, privileges)]:
            op.execute(statement)
