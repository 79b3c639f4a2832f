"""Coverage of drives: booths begun and finished, and who was at work on which day, kept as it comes."""

from alembic import op

from sangathan_chassis.ddl import grant, second_wall

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

APP = "registry_app"
DAYS = """
CREATE TABLE drive_days (
    drive_id uuid NOT NULL, day date NOT NULL, person_id uuid NOT NULL, unit_id uuid NOT NULL,
    path text COLLATE "C" NOT NULL, counted bool NOT NULL DEFAULT false,
    PRIMARY KEY (drive_id, day, person_id, unit_id)
)"""
NUMBERS = ("booths", "begun", "finished", "active")
REST = (
    "CREATE INDEX drive_days_path ON drive_days (path)",
    "CREATE INDEX drive_days_waiting ON drive_days (drive_id) WHERE NOT counted",
    *(f"ALTER TABLE drive_deltas ADD COLUMN {name} int NOT NULL DEFAULT 0" for name in NUMBERS),
    *(f"ALTER TABLE drive_counts ADD COLUMN {name} bigint NOT NULL DEFAULT 0" for name in NUMBERS),
    """ALTER TABLE drive_booths ADD COLUMN accepted int NOT NULL DEFAULT 0, ADD COLUMN begun_on date,
        ADD COLUMN finished_on date""",
    # The owner counts from behind the wall. What was captured before is taken in when the replica is rebuilt.
    "SELECT set_config('app.lo', '', true), set_config('app.hi', '~', true)",
    "INSERT INTO drive_deltas (drive_id, path, day, booths) SELECT drive_id, path, '-infinity', 1 FROM drive_booths",
)


def upgrade() -> None:
    for statement in [DAYS, *REST, *second_wall("drive_days")]:
        op.execute(statement)
    op.execute(grant(APP, "drive_days", "SELECT, INSERT, UPDATE (path, counted), DELETE"))
