"""The unit tree as history: a dated row for every change of a unit, and the unit that a merged one went into."""

from alembic import op

from sangathan_chassis.ddl import grant, second_wall

revision = "identity_0004"
down_revision = "identity_0003"

APP = "identity_app"

SUCCESSOR = "ALTER TABLE units ADD COLUMN successor_id uuid REFERENCES units"
# ``path`` is where the unit stands today and follows its moves, since today's sight decides who reads the past.
UNIT_VERSIONS = """
CREATE TABLE unit_versions (
    unit_id uuid NOT NULL REFERENCES units, version int NOT NULL, act text COLLATE "C" NOT NULL,
    parent_id uuid, level text COLLATE "C" NOT NULL, code text COLLATE "C" NOT NULL,
    name_hi text NOT NULL, name_en text NOT NULL, closed_at timestamptz, related_id uuid,
    valid_from timestamptz NOT NULL, valid_to timestamptz CHECK (valid_to >= valid_from),
    done_by uuid, appointment_id uuid, request_id text NOT NULL,
    path text COLLATE "C" NOT NULL, PRIMARY KEY (unit_id, version)
)"""
INDEXES = [
    "CREATE INDEX unit_versions_path ON unit_versions (path, unit_id)",
    "CREATE INDEX unit_versions_parent ON unit_versions (parent_id, valid_from)",
    "CREATE UNIQUE INDEX unit_versions_newest ON unit_versions (unit_id) WHERE valid_to IS NULL",
]
EVERYTHING = "SELECT set_config('app.lo', '', true), set_config('app.hi', '~', true)"
# What a unit was before this release kept no record of is taken to have been as it is.
BACKFILL = """
INSERT INTO unit_versions (unit_id, version, act, parent_id, level, code, name_hi, name_en, closed_at, valid_from,
    request_id, path)
SELECT id, version, 'recorded', parent_id, level, code, name_hi, name_en, closed_at, valid_from, '', path FROM units
"""


def upgrade() -> None:
    statements = [
        *(SUCCESSOR, UNIT_VERSIONS, *INDEXES),
        *second_wall("unit_versions"),
        # What was is never changed: only where the unit stands today, and until when a state held.
        grant(APP, "unit_versions", "SELECT, INSERT, UPDATE (valid_to, path)"),
        *(EVERYTHING, BACKFILL),
    ]
    for statement in statements:
        op.execute(statement)
