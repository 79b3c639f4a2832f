"""Grievances with a clock, and records that are held because somebody said that they are not meant."""

from alembic import op

from sangathan_chassis.ddl import grant, second_wall

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

APP = "registry_app"
ACTS = (
    "('changed', 'merged', 'took-over', 'parted', 'gave-back', 'withdrawn', 'erased', 'restored', 'rehomed',"
    " 'transferred', 'held')"
)
WORKERS = (
    "ALTER TABLE workers DROP CONSTRAINT workers_status_check",
    """ALTER TABLE workers ADD CONSTRAINT workers_status_check
        CHECK (status IN ('active', 'withdrawn', 'merged', 'erased', 'held')) NOT VALID""",
    "ALTER TABLE workers VALIDATE CONSTRAINT workers_status_check",
    """ALTER TABLE workers ADD CONSTRAINT held_keeps_nothing CHECK (
        status <> 'held' OR num_nonnulls(name_hi, name_en, relation_type, relation_name, gender, birth_year,
            phone, phone_index, sealed, person_id, merged_into) = 0
            AND name_key = '' AND name_key_en = '') NOT VALID""",
    "ALTER TABLE workers VALIDATE CONSTRAINT held_keeps_nothing",
    "ALTER TABLE worker_revisions DROP CONSTRAINT worker_revisions_act_check",
    f"ALTER TABLE worker_revisions ADD CONSTRAINT worker_revisions_act_check CHECK (act IN {ACTS}) NOT VALID",
    "ALTER TABLE worker_revisions VALIDATE CONSTRAINT worker_revisions_act_check",
)
GRIEVANCES = """
CREATE TABLE grievances (
    id uuid PRIMARY KEY, reference text NOT NULL UNIQUE, secret_hash bytea NOT NULL, unit_id uuid NOT NULL,
    path text COLLATE "C" NOT NULL, kind text NOT NULL, source text NOT NULL
        CHECK (source IN ('signed-in', 'link', 'code', 'office')),
    status text NOT NULL CHECK (status IN ('open', 'answered')), worker_id uuid NOT NULL, person_id uuid,
    told bytea, answer bytea, outcome text, opened_at timestamptz NOT NULL, due_at timestamptz NOT NULL,
    next_at timestamptz NOT NULL, escalations int NOT NULL DEFAULT 0, answered_at timestamptz, answered_by uuid,
    version int NOT NULL,
    CONSTRAINT answered_by_somebody CHECK ((status = 'answered') = (num_nonnulls(answered_at, answered_by) = 2))
)"""
# Who recorded whom wrongly stays, without what was recorded.
DENIALS = """
CREATE TABLE denials (
    id uuid PRIMARY KEY, grievance_id uuid NOT NULL UNIQUE, worker_id uuid NOT NULL, record_ids uuid[] NOT NULL,
    unit_id uuid NOT NULL, path text COLLATE "C" NOT NULL, recorded_unit_id uuid NOT NULL, captured_by uuid,
    sealed bytea, denied_at timestamptz NOT NULL,
    decision text CHECK (decision IN ('wrong-number', 'theirs', 'erased')),
    decided_by uuid, decided_at timestamptz,
    CONSTRAINT decided_holds_nothing CHECK ((decision IS NULL) = (sealed IS NOT NULL))
)"""
OTHERS = (
    "CREATE INDEX grievances_scope ON grievances (path, due_at, id)",
    "CREATE INDEX grievances_open ON grievances (path, due_at) WHERE status = 'open'",
    "CREATE INDEX grievances_next ON grievances (next_at) WHERE status = 'open'",
    "CREATE INDEX grievances_worker ON grievances (worker_id)",
    "CREATE INDEX grievances_person ON grievances (person_id) WHERE person_id IS NOT NULL",
    "CREATE INDEX denials_path ON denials (path)",
    "CREATE INDEX denials_worker ON denials (worker_id)",
    "CREATE INDEX denials_captured_by ON denials (captured_by, denied_at)",
)
GRANTS = {
    "grievances": "SELECT, INSERT, UPDATE (unit_id, path, status, person_id, told, answer, outcome, next_at,"
    " escalations, answered_at, answered_by, version)",
    "denials": "SELECT, INSERT, UPDATE (unit_id, path, sealed, decision, decided_by, decided_at)",
}


def upgrade() -> None:
    statements = [*WORKERS, GRIEVANCES, DENIALS, *OTHERS]
    for table in GRANTS:
        statements += second_wall(table)
    statements += [grant(APP, table, privileges) for table, privileges in GRANTS.items()]
    for statement in statements:
        op.execute(statement)
