"""Nightly runs of the retention rules, and which captures have a place under their seal."""

from alembic import op

from sangathan_chassis.ddl import grant

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

APP = "registry_app"
# A tally is its person's; the job, which has no person, sees those that nothing asks for any more.
EVERYTHING = "current_setting('app.lo', true) = '' AND current_setting('app.hi', true) = '~'"
STATEMENTS = (
    "CREATE TABLE retention_runs (day date PRIMARY KEY, begun_at timestamptz NOT NULL)",
    # What was captured before may have one: the job looks into each once.
    "ALTER TABLE captures ADD COLUMN located bool NOT NULL DEFAULT true",
    "CREATE INDEX captures_located ON captures (drive_id) WHERE located",
    f"CREATE POLICY of_the_job ON question_tallies FOR SELECT USING ({EVERYTHING})",
    f"CREATE POLICY dropped_by_the_job ON question_tallies FOR DELETE USING ({EVERYTHING})",
    grant(APP, "retention_runs", "SELECT, INSERT"),
    grant(APP, "captures", "UPDATE (located)"),
    grant(APP, "break_glass_openings", "UPDATE (reason)"),
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
