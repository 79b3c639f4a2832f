"""Exports: what was asked, and page by page, sealed, what was found."""

from alembic import op

from sangathan_chassis.ddl import grant, second_wall

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

APP = "registry_app"
EXPORTS = (
    """
CREATE TABLE exports (
    id uuid PRIMARY KEY, unit_id uuid NOT NULL, path text COLLATE "C" NOT NULL,
    format text NOT NULL CHECK (format IN ('csv', 'xlsx', 'json')),
    status text NOT NULL CHECK (status IN ('active', 'withdrawn')), field_classes text[] NOT NULL,
    purpose text NOT NULL,
    asked_by uuid NOT NULL, appointment_id uuid NOT NULL, office text NOT NULL, asked_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL, state text NOT NULL CHECK (state IN ('waiting', 'making', 'ready', 'stopped')),
    rows int NOT NULL, parts int NOT NULL, position bytea, ready_at timestamptz,
    CONSTRAINT ready_has_its_time CHECK ((state = 'ready') = (ready_at IS NOT NULL))
)""",
    # No reference to the export: the database's own deletions would not pass the wall.
    """
CREATE TABLE export_parts (
    export_id uuid NOT NULL, part int NOT NULL, unit_id uuid NOT NULL, path text COLLATE "C" NOT NULL,
    worker_ids uuid[] NOT NULL, sealed bytea NOT NULL, PRIMARY KEY (export_id, part)
)""",
    "CREATE INDEX exports_scope ON exports (path, id)",
    "CREATE INDEX exports_appointment ON exports (appointment_id, asked_at)",
    "CREATE INDEX exports_to_make ON exports (rows, id) WHERE state IN ('waiting', 'making')",
    "CREATE INDEX exports_over ON exports (expires_at)",
    "CREATE INDEX export_parts_scope ON export_parts (path)",
)


def upgrade() -> None:
    for statement in [
        *EXPORTS,
        *second_wall("exports"),
        *second_wall("export_parts"),
        grant(APP, "exports", "SELECT, INSERT, DELETE, UPDATE (unit_id, path, state, rows, parts, position, ready_at)"),
        grant(APP, "export_parts", "SELECT, INSERT, DELETE, UPDATE (unit_id, path, sealed)"),
    ]:
        op.execute(statement)
