"""Keys by which names are found in either script, pairs that may tell of one person, and records merged into others."""

from alembic import op

from sangathan_chassis.ddl import grant, second_wall

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

APP = "registry_app"
WORKERS = (
    "ALTER TABLE workers ADD COLUMN merged_into uuid",
    "ALTER TABLE workers DROP CONSTRAINT workers_status_check",
    """ALTER TABLE workers ADD CONSTRAINT workers_status_check CHECK (status IN ('active', 'withdrawn', 'merged'))
        NOT VALID""",
    "ALTER TABLE workers VALIDATE CONSTRAINT workers_status_check",
    "CREATE INDEX workers_merged ON workers (merged_into) WHERE merged_into IS NOT NULL",
)
KEYS = (
    """
CREATE TABLE worker_keys (
    key text COLLATE "C" NOT NULL, worker_id uuid NOT NULL, path text COLLATE "C" NOT NULL, birth_year smallint,
    PRIMARY KEY (worker_id, key)
)""",
    "CREATE INDEX worker_keys_scope ON worker_keys (key, path, worker_id)",
    "CREATE INDEX worker_keys_year ON worker_keys (key, birth_year, worker_id)",
    "CREATE INDEX worker_keys_path ON worker_keys (path)",
    "CREATE TABLE match_queue (worker_id uuid PRIMARY KEY)",
    "INSERT INTO match_queue SELECT id FROM workers WHERE status = 'active'",
)
# A pair belongs to the lowest unit that holds both records, and follows when either moves.
DUPLICATES = (
    """
CREATE FUNCTION common_path(one text, other text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE shared int := 0;
BEGIN
    FOR place IN 1 .. least(length(one), length(other)) LOOP
        EXIT WHEN substr(one, place, 1) <> substr(other, place, 1);
        IF substr(one, place, 1) = '.' THEN shared := place; END IF;
    END LOOP;
    RETURN substr(one, 1, shared);
END $$""",
    """
CREATE TABLE duplicates (
    id uuid PRIMARY KEY, one uuid NOT NULL, other uuid NOT NULL CHECK (one < other),
    one_path text COLLATE "C" NOT NULL, other_path text COLLATE "C" NOT NULL,
    path text COLLATE "C" NOT NULL GENERATED ALWAYS AS (common_path(one_path, other_path)) STORED,
    evidence jsonb NOT NULL, found_at timestamptz NOT NULL,
    status text NOT NULL CHECK (status IN ('open', 'merged', 'different')),
    kept uuid, adopted bytea, decided_by uuid, decided_at timestamptz, undone_by uuid, undone_at timestamptz,
    UNIQUE (one, other)
)""",
    "CREATE INDEX duplicates_scope ON duplicates (path, id)",
    "CREATE INDEX duplicates_one ON duplicates (one_path)",
    "CREATE INDEX duplicates_other ON duplicates (other_path)",
)
GRANTS = {
    "worker_keys": "SELECT, INSERT, UPDATE (path), DELETE",
    "match_queue": "SELECT, INSERT, DELETE",
    "duplicates": "SELECT, INSERT, UPDATE (one_path, other_path, status, kept, adopted, decided_by, decided_at,"
    " undone_by, undone_at)",
}


def upgrade() -> None:
    walls = [*second_wall("worker_keys"), *second_wall("duplicates")]
    grants = [grant(APP, table, privileges) for table, privileges in GRANTS.items()]
    # The owner fills the queue from behind the wall.
    everything = "SELECT set_config('app.lo', '', true), set_config('app.hi', '~', true)"
    for statement in [everything, *WORKERS, *KEYS, *DUPLICATES, *walls, *grants]:
        op.execute(statement)
