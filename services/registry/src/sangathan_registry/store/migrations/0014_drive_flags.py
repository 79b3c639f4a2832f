"""Fences of units, and what looks odd in a drive: flags, what they are reckoned from, and their numbers."""

from alembic import op

from sangathan_chassis.ddl import grant, second_wall

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

APP = "registry_app"
FENCES = """
CREATE TABLE unit_fences (
    unit_id uuid PRIMARY KEY, path text COLLATE "C" NOT NULL, latitude float8, longitude float8, radius_m int,
    ring float8[], changed_by uuid NOT NULL, changed_at timestamptz NOT NULL,
    CONSTRAINT circle_or_ring CHECK ((num_nonnulls(latitude, longitude, radius_m) = 3 AND ring IS NULL)
        OR (num_nonnulls(latitude, longitude, radius_m) = 0 AND cardinality(ring) BETWEEN 6 AND 100))
)"""
FLAGS = """
CREATE TABLE drive_flags (
    id uuid PRIMARY KEY, drive_id uuid NOT NULL, rule text NOT NULL,
    about text NOT NULL CHECK (about IN ('record', 'vistarak', 'device')), subject_id uuid NOT NULL,
    slot timestamptz NOT NULL, record_id uuid, unit_id uuid NOT NULL, path text COLLATE "C" NOT NULL,
    day date NOT NULL, seen int, allowed int, found_at timestamptz NOT NULL,
    finding text CHECK (finding IN ('fine', 'look-into-it', 'withdrawn')), reason text, decided_by uuid,
    decided_at timestamptz, UNIQUE (drive_id, rule, subject_id, slot),
    CONSTRAINT decided_by_somebody CHECK (num_nonnulls(finding, decided_by, decided_at) IN (0, 3))
)"""
# What a batch brought, until the job has looked at it; and how many there were, by whom or where, in a stretch of time.
REST = (
    """
CREATE TABLE drive_flag_queue (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, drive_id uuid NOT NULL, vistarak_id uuid,
    device_id uuid, record_ids uuid[] NOT NULL, spots bytea[]
)""",
    """
CREATE TABLE drive_paces (
    drive_id uuid NOT NULL, rule text NOT NULL, subject bytea NOT NULL, slot timestamptz NOT NULL, seen int NOT NULL,
    PRIMARY KEY (drive_id, rule, subject, slot)
)""",
    "CREATE INDEX unit_fences_path ON unit_fences (path)",
    "CREATE INDEX drive_flags_scope ON drive_flags (drive_id, path, id)",
    "CREATE INDEX drive_flags_path ON drive_flags (path)",
    "CREATE INDEX drive_flags_record ON drive_flags (record_id) WHERE record_id IS NOT NULL",
    "ALTER TABLE drives ADD COLUMN limits jsonb NOT NULL DEFAULT '{}'",
    """ALTER TABLE drive_deltas ALTER target SET DEFAULT 0, ALTER collected SET DEFAULT 0, ALTER accepted SET DEFAULT 0,
        ALTER rejected SET DEFAULT 0, ALTER waiting SET DEFAULT 0""",
    "ALTER TABLE drive_deltas ADD COLUMN flagged int NOT NULL DEFAULT 0, ADD COLUMN settled int NOT NULL DEFAULT 0",
    """ALTER TABLE drive_counts ADD COLUMN flagged bigint NOT NULL DEFAULT 0,
        ADD COLUMN settled bigint NOT NULL DEFAULT 0""",
)
GRANTS = {
    "unit_fences": "SELECT, INSERT, UPDATE, DELETE",
    "drive_flags": "SELECT, INSERT, UPDATE (path, seen, finding, reason, decided_by, decided_at)",
    "drive_flag_queue": "SELECT, INSERT, DELETE",
    "drive_paces": "SELECT, INSERT, UPDATE, DELETE",
}


def upgrade() -> None:
    walls = [*second_wall("unit_fences"), *second_wall("drive_flags")]
    grants = [grant(APP, table, privileges) for table, privileges in GRANTS.items()]
    for statement in [FENCES, FLAGS, *REST, *walls, *grants]:
        op.execute(statement)
