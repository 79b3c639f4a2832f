"""Workers, consents, receipts, assignments, audit, and counters, behind the second wall."""

from alembic import op

from sangathan_chassis.ddl import chassis_tables, grant, own_row, second_wall
from sangathan_hierarchy.ddl import hierarchy_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APP = "registry_app"

WORKERS = """
CREATE TABLE workers (
    id uuid PRIMARY KEY, unit_id uuid NOT NULL, path text COLLATE "C" NOT NULL,
    name_key text COLLATE "C" NOT NULL, name_key_en text COLLATE "C" NOT NULL,
    name_hi text, name_en text, relation_type text, relation_name text, gender text, birth_year smallint,
    phone bytea, phone_index bytea, person_id uuid, captured_by uuid, captured_at timestamptz NOT NULL,
    source text NOT NULL, status text NOT NULL CHECK (status IN ('active', 'withdrawn')),
    version int NOT NULL, created_at timestamptz NOT NULL, changed_at timestamptz NOT NULL,
    CONSTRAINT recorded_under_a_name CHECK (status <> 'active' OR coalesce(name_hi, name_en) IS NOT NULL),
    CONSTRAINT withdrawn_keeps_nothing CHECK (
        status <> 'withdrawn' OR num_nonnulls(name_hi, name_en, relation_type, relation_name, gender, birth_year,
            phone, phone_index, person_id) = 0 AND name_key = '' AND name_key_en = '')
)"""
# The scope's range, then the order of a list; the other two find a name in a wide scope; all compare bytes only.
WORKER_INDEXES = (
    "CREATE INDEX workers_scope ON workers (path, name_key, id)",
    "CREATE INDEX workers_name ON workers (name_key, path, id)",
    "CREATE INDEX workers_name_en ON workers (name_key_en, path, id)",
    "CREATE INDEX workers_phone ON workers (phone_index) WHERE phone_index IS NOT NULL",
)
CONSENTS = """
CREATE TABLE consents (
    worker_id uuid NOT NULL, purpose text NOT NULL, path text COLLATE "C" NOT NULL,
    notice_version text NOT NULL, language text NOT NULL, how text NOT NULL, given_at timestamptz NOT NULL,
    taken_by uuid, hash bytea NOT NULL, withdrawn_at timestamptz, PRIMARY KEY (worker_id, purpose)
)"""
RECEIPTS = """
CREATE TABLE receipts (
    record_id uuid PRIMARY KEY, batch_id uuid NOT NULL, unit_id uuid NOT NULL, path text COLLATE "C" NOT NULL,
    body_hash bytea NOT NULL, sent_by uuid NOT NULL, received_at timestamptz NOT NULL
)"""
REJECTED_RECORDS = """
CREATE TABLE rejected_records (
    id uuid PRIMARY KEY, record_id uuid, batch_id uuid NOT NULL, unit_id uuid NOT NULL,
    path text COLLATE "C" NOT NULL, body_hash bytea NOT NULL, body bytea NOT NULL, reason text NOT NULL,
    errors jsonb NOT NULL, sent_by uuid NOT NULL, received_at timestamptz NOT NULL, UNIQUE (sent_by, body_hash)
)"""
ASSIGNMENTS = """
CREATE TABLE assignments (
    id uuid PRIMARY KEY, appointment_id uuid NOT NULL, person_id uuid NOT NULL, unit_id uuid NOT NULL,
    path text COLLATE "C" NOT NULL, valid_from timestamptz NOT NULL, valid_to timestamptz,
    assigned_by uuid, created_at timestamptz NOT NULL, CHECK (valid_to > valid_from)
)"""
AUDIT_ENTRIES = """
CREATE TABLE audit_entries (
    id uuid PRIMARY KEY, at timestamptz NOT NULL, unit_id uuid NOT NULL, path text COLLATE "C" NOT NULL,
    person_id uuid NOT NULL, appointment_id uuid, office text NOT NULL, action text NOT NULL,
    worker_id uuid, batch_id uuid, device_id uuid, records int, purpose text, fields text[]
)"""
COUNTERS = (
    """CREATE TABLE count_deltas (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, path text COLLATE "C" NOT NULL, delta int NOT NULL)""",
    'CREATE TABLE unit_counts (path text COLLATE "C" PRIMARY KEY, workers bigint NOT NULL)',
    """CREATE TABLE question_tallies (
        person_id uuid NOT NULL, day date NOT NULL, asked int NOT NULL, PRIMARY KEY (person_id, day))""",
)
OTHER_INDEXES = (
    "CREATE INDEX receipts_path ON receipts (path)",
    "CREATE INDEX rejected_records_path ON rejected_records (path)",
    "CREATE INDEX assignments_path ON assignments (path, person_id, id)",
    "CREATE INDEX assignments_person ON assignments (person_id, unit_id)",
    "CREATE INDEX audit_entries_path ON audit_entries (path, id)",
    "CREATE INDEX count_deltas_path ON count_deltas (path)",
    "CREATE INDEX unit_replica_parent ON unit_replica (parent_id)",
)
SCOPED = (
    *("workers", "consents", "receipts", "rejected_records", "assignments"),
    *("audit_entries", "count_deltas", "unit_counts"),
)
# Audit entries can be added and read; only their path may change, which follows the unit and says nothing itself.
GRANTS = {
    "workers": "SELECT, INSERT, UPDATE",
    "consents": "SELECT, INSERT, UPDATE",
    "receipts": "SELECT, INSERT, UPDATE (unit_id, path)",
    "rejected_records": "SELECT, INSERT, UPDATE (unit_id, path), DELETE",
    "assignments": "SELECT, INSERT, UPDATE, DELETE",
    "audit_entries": "SELECT, INSERT, UPDATE (path)",
    "count_deltas": "SELECT, INSERT, UPDATE, DELETE",
    "unit_counts": "SELECT, INSERT, UPDATE, DELETE",
    "question_tallies": "SELECT, INSERT, UPDATE, DELETE",
}


def upgrade() -> None:
    tables = [WORKERS, CONSENTS, RECEIPTS, REJECTED_RECORDS, ASSIGNMENTS, AUDIT_ENTRIES, *COUNTERS]
    statements = [*tables, *WORKER_INDEXES, *OTHER_INDEXES]
    for table in SCOPED:
        statements += second_wall(table)
    statements += second_wall("question_tallies", own_row("person_id"))
    statements += [grant(APP, table, privileges) for table, privileges in GRANTS.items()]
    for statement in [*chassis_tables(APP), *hierarchy_tables(APP), *statements]:
        op.execute(statement)
