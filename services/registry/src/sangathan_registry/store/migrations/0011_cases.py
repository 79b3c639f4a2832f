"""Cases about people who pass as one of ours, with their steps, evidence and signed statements."""

from alembic import op

from sangathan_chassis.ddl import grant, second_wall

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

APP = "registry_app"
OUTCOMES = "('impostor', 'one-of-ours', 'unknown', 'withdrawn')"
CASES = f"""
CREATE TABLE cases (
    id uuid PRIMARY KEY, reference text NOT NULL UNIQUE, unit_id uuid NOT NULL, path text COLLATE "C" NOT NULL,
    source text NOT NULL CHECK (source IN ('officer', 'public')),
    status text NOT NULL CHECK (status IN ('opened', 'looked-at', 'decided')),
    outcome text CHECK (outcome IN {OUTCOMES}),
    claim bytea, phone_index bytea, contact bytea, happened_on date, worker_id uuid, opened_by uuid,
    opened_at timestamptz NOT NULL, changed_at timestamptz NOT NULL, decided_at timestamptz, version int NOT NULL,
    CONSTRAINT decided_has_an_outcome CHECK (
        (status = 'decided') = (outcome IS NOT NULL) AND (outcome IS NULL) = (decided_at IS NULL)),
    CONSTRAINT only_ours_is_a_worker CHECK (worker_id IS NULL OR outcome = 'one-of-ours'),
    CONSTRAINT the_public_is_nobody CHECK ((source = 'officer') = (opened_by IS NOT NULL))
)"""
STEPS = f"""
CREATE TABLE case_steps (
    id uuid PRIMARY KEY, case_id uuid NOT NULL, unit_id uuid NOT NULL, path text COLLATE "C" NOT NULL,
    kind text NOT NULL CHECK (kind IN ('opened', 'looked-at', 'passed-on', 'evidence-added', 'decided')),
    outcome text CHECK (outcome IN {OUTCOMES}), note bytea, person_id uuid, office text NOT NULL,
    at timestamptz NOT NULL
)"""
EVIDENCE = """
CREATE TABLE case_evidence (
    id uuid PRIMARY KEY, case_id uuid NOT NULL, unit_id uuid NOT NULL, path text COLLATE "C" NOT NULL,
    media_type text NOT NULL, size int NOT NULL CHECK (size > 0), sha256 bytea NOT NULL, added_by uuid NOT NULL,
    added_at timestamptz NOT NULL, UNIQUE (case_id, sha256)
)"""
STATEMENTS = """
CREATE TABLE case_statements (
    id uuid PRIMARY KEY, case_id uuid NOT NULL, unit_id uuid NOT NULL, path text COLLATE "C" NOT NULL,
    kind text NOT NULL CHECK (kind IN ('not-on-record', 'on-record')), statement bytea, worker_id uuid,
    issued_by uuid NOT NULL, issued_at timestamptz NOT NULL, replaced_at timestamptz
)"""
INDEXES = (
    "CREATE INDEX cases_scope ON cases (path, id)",
    "CREATE INDEX cases_phone ON cases (phone_index) WHERE phone_index IS NOT NULL",
    "CREATE INDEX cases_kept ON cases (decided_at) WHERE claim IS NOT NULL",
    "CREATE INDEX case_steps_case ON case_steps (case_id, id)",
    "CREATE INDEX case_steps_path ON case_steps (path)",
    "CREATE INDEX case_evidence_path ON case_evidence (path)",
    "CREATE INDEX case_statements_case ON case_statements (case_id)",
    "CREATE INDEX case_statements_path ON case_statements (path)",
    "CREATE INDEX case_statements_worker ON case_statements (worker_id) WHERE worker_id IS NOT NULL",
)
# A step says who did what and when, and is never changed; only its note is forgotten when the case is.
GRANTS = {
    "cases": "SELECT, INSERT, UPDATE (unit_id, path, status, outcome, claim, phone_index, contact, worker_id,"
    " changed_at, decided_at, version)",
    "case_steps": "SELECT, INSERT, UPDATE (unit_id, path, note)",
    "case_evidence": "SELECT, INSERT, UPDATE (unit_id, path), DELETE",
    "case_statements": "SELECT, INSERT, UPDATE (unit_id, path, statement, replaced_at)",
}


def upgrade() -> None:
    statements = [CASES, STEPS, EVIDENCE, STATEMENTS, *INDEXES]
    for table in GRANTS:
        statements += second_wall(table)
    statements += [grant(APP, table, privileges) for table, privileges in GRANTS.items()]
    for statement in statements:
        op.execute(statement)
