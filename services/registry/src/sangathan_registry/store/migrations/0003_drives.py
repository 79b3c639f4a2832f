"""Forms and drives, what a drive captured, and its numbers, which the writes keep themselves."""

from alembic import op

from sangathan_chassis.ddl import grant, second_wall

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APP = "registry_app"
FORMS = """
CREATE TABLE forms (
    id uuid PRIMARY KEY, form_id uuid NOT NULL, version int NOT NULL, unit_id uuid NOT NULL,
    path text COLLATE "C" NOT NULL, status text NOT NULL CHECK (status IN ('draft', 'published', 'retired')),
    title_hi text NOT NULL, title_en text NOT NULL, definition jsonb NOT NULL, created_by uuid NOT NULL,
    created_at timestamptz NOT NULL, published_by uuid, published_at timestamptz, retired_at timestamptz,
    UNIQUE (form_id, version)
)"""
DRIVES = """
CREATE TABLE drives (
    id uuid PRIMARY KEY, unit_id uuid NOT NULL, path text COLLATE "C" NOT NULL, name_hi text NOT NULL,
    name_en text NOT NULL, form_id uuid, starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL,
    grace_until timestamptz NOT NULL, created_by uuid NOT NULL, created_at timestamptz NOT NULL,
    CHECK (starts_at < ends_at AND ends_at <= grace_until)
)"""
CAPTURES = """
CREATE TABLE captures (
    record_id uuid PRIMARY KEY, drive_id uuid NOT NULL, form_version_id uuid, unit_id uuid NOT NULL,
    path text COLLATE "C" NOT NULL, serial text, sealed bytea, captured_by uuid NOT NULL, keyed_by uuid,
    captured_at timestamptz NOT NULL, received_at timestamptz NOT NULL, UNIQUE (drive_id, unit_id, serial)
)"""
NUMBERS = (
    "target int NOT NULL, collected int NOT NULL, accepted int NOT NULL, rejected int NOT NULL, waiting int NOT NULL"
)
DELTAS = f"""
CREATE TABLE drive_deltas (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, drive_id uuid NOT NULL, path text COLLATE "C" NOT NULL,
    day date NOT NULL, {NUMBERS}
)"""
COUNTS = f"""
CREATE TABLE drive_counts (
    drive_id uuid NOT NULL, path text COLLATE "C" NOT NULL, day date NOT NULL,
    {NUMBERS.replace(" int ", " bigint ")}, PRIMARY KEY (drive_id, path, day)
)"""
BOOTHS = """
CREATE TABLE drive_booths (
    drive_id uuid NOT NULL, unit_id uuid NOT NULL, path text COLLATE "C" NOT NULL, target int NOT NULL,
    PRIMARY KEY (drive_id, unit_id)
)"""
TALLIES = """
CREATE TABLE device_tallies (
    drive_id uuid NOT NULL, device_id uuid NOT NULL, unit_id uuid NOT NULL, path text COLLATE "C" NOT NULL,
    reported int NOT NULL, received int NOT NULL, PRIMARY KEY (drive_id, device_id, unit_id)
)"""
OTHERS = (
    "CREATE INDEX captures_path ON captures (path)",
    "CREATE INDEX drive_deltas_path ON drive_deltas (drive_id, path)",
    "CREATE INDEX drive_counts_path ON drive_counts (path)",
    "CREATE INDEX drive_booths_path ON drive_booths (path)",
    "CREATE INDEX device_tallies_path ON device_tallies (path)",
    """ALTER TABLE rejected_records ADD COLUMN drive_id uuid, ADD COLUMN device_id uuid,
        ADD COLUMN outcome text NOT NULL DEFAULT 'rejected', ADD COLUMN decision text,
        ADD COLUMN decided_by uuid, ADD COLUMN decided_at timestamptz""",
)
SCOPED = ("forms", "drives", "captures", "drive_booths", "drive_deltas", "drive_counts", "device_tallies")
GRANTS = {
    "forms": "SELECT, INSERT, UPDATE",
    "drives": "SELECT, INSERT, UPDATE",
    "captures": "SELECT, INSERT, UPDATE (unit_id, path)",
    "drive_deltas": "SELECT, INSERT, UPDATE, DELETE",
    "drive_counts": "SELECT, INSERT, UPDATE, DELETE",
    "drive_booths": "SELECT, INSERT, UPDATE",
    "device_tallies": "SELECT, INSERT, UPDATE",
    "rejected_records": "UPDATE (decision, decided_by, decided_at)",
}
# Set up above, seen below: a mandal's vistarak reads the state's form and drive, and only the state changes them.
SEEN_BELOW = "starts_with(current_setting('app.lo', true), path)"


def upgrade() -> None:
    statements = [FORMS, DRIVES, CAPTURES, BOOTHS, DELTAS, COUNTS, TALLIES, *OTHERS]
    for table in SCOPED:
        statements += second_wall(table)
    for table in ("forms", "drives"):
        statements.append(f"CREATE POLICY seen_below ON {table} FOR SELECT USING ({SEEN_BELOW})")
    statements += [grant(APP, table, privileges) for table, privileges in GRANTS.items()]
    for statement in statements:
        op.execute(statement)
