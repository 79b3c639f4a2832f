"""Assignments that end before their time, and limits of drives that are changed while those run."""

from alembic import op

from sangathan_chassis.ddl import grant, second_wall

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

APP = "registry_app"
# One that ends as it begins lets nobody capture. NOT VALID: the rows there are passed the narrower rule.
ASSIGNMENTS = (
    "ALTER TABLE assignments ADD COLUMN ended_by uuid, ADD COLUMN ended_at timestamptz",
    "ALTER TABLE assignments DROP CONSTRAINT assignments_check",
    "ALTER TABLE assignments ADD CONSTRAINT assignments_check CHECK (valid_to >= valid_from) NOT VALID",
)
LIMITS = (
    """
CREATE TABLE drive_limit_changes (
    id uuid PRIMARY KEY, drive_id uuid NOT NULL, unit_id uuid NOT NULL, path text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL, person_id uuid NOT NULL, office text NOT NULL, why text NOT NULL,
    before jsonb NOT NULL, after jsonb NOT NULL
)""",
    "CREATE INDEX drive_limit_changes_drive ON drive_limit_changes (drive_id, id)",
    "CREATE INDEX drive_limit_changes_path ON drive_limit_changes (path)",
)
# As the drive itself: set up above, seen below.
SEEN_BELOW = "starts_with(current_setting('app.lo', true), path)"


def upgrade() -> None:
    for statement in [
        *ASSIGNMENTS,
        *LIMITS,
        *second_wall("drive_limit_changes"),
        f"CREATE POLICY seen_below ON drive_limit_changes FOR SELECT USING ({SEEN_BELOW})",
        grant(APP, "drive_limit_changes", "SELECT, INSERT, UPDATE (path)"),
    ]:
        op.execute(statement)
