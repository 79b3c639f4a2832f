"""How many grievances are open, by the day on which each is due, is kept by the writes and counted no more."""

from alembic import op

from sangathan_chassis.ddl import grant, second_wall

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

APP = "registry_app"
DELTAS = """
CREATE TABLE grievance_deltas (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, path text COLLATE "C" NOT NULL, due_on date NOT NULL,
    delta int NOT NULL
)"""
COUNTS = """
CREATE TABLE grievance_counts (
    path text COLLATE "C" NOT NULL, due_on date NOT NULL, open bigint NOT NULL, PRIMARY KEY (path, due_on)
)"""
INDEXES = (
    "CREATE INDEX grievance_deltas_path ON grievance_deltas (path)",
    "CREATE INDEX grievance_counts_none ON grievance_counts (path) WHERE open = 0",
    # Which of those that are due today are overdue by now.
    "CREATE INDEX grievances_due ON grievances (due_at) WHERE status = 'open'",
)
# By a trigger, so that what the release before writes meanwhile is counted as well, and whatever moves a path.
WRITTEN = """
CREATE FUNCTION count_grievance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.status = 'open' THEN
        INSERT INTO grievance_deltas (path, due_on, delta)
        VALUES (OLD.path, (OLD.due_at AT TIME ZONE 'Asia/Kolkata')::date, -1);
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.status = 'open' THEN
        INSERT INTO grievance_deltas (path, due_on, delta)
        VALUES (NEW.path, (NEW.due_at AT TIME ZONE 'Asia/Kolkata')::date, 1);
    END IF;
    RETURN NULL;
END $$"""
TRIGGER = """
CREATE TRIGGER count_grievance AFTER INSERT OR DELETE OR UPDATE OF status, path, due_at ON grievances
FOR EACH ROW EXECUTE FUNCTION count_grievance()
"""
EVERYTHING = "SELECT set_config('app.lo', '', true), set_config('app.hi', '~', true)"
BACKFILL = """
INSERT INTO grievance_deltas (path, due_on, delta)
SELECT path, (due_at AT TIME ZONE 'Asia/Kolkata')::date, count(*) FROM grievances WHERE status = 'open' GROUP BY 1, 2
"""
GRANTS = {
    "grievance_deltas": "SELECT, INSERT, DELETE",
    "grievance_counts": "SELECT, INSERT, UPDATE, DELETE",
}


def upgrade() -> None:
    statements = [DELTAS, COUNTS, *INDEXES]
    for table, privileges in GRANTS.items():
        statements += [*second_wall(table), grant(APP, table, privileges)]
    for statement in [*statements, WRITTEN, TRIGGER, EVERYTHING, BACKFILL]:
        op.execute(statement)
