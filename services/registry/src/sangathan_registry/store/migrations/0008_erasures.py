"""Erasures with the proof that stays, what each service reported, and the ids that must not be recorded again."""

from alembic import op

from sangathan_chassis.ddl import grant, second_wall

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

APP = "registry_app"
WORKERS = (
    "ALTER TABLE workers DROP CONSTRAINT workers_status_check",
    """ALTER TABLE workers ADD CONSTRAINT workers_status_check
        CHECK (status IN ('active', 'withdrawn', 'merged', 'erased')) NOT VALID""",
    "ALTER TABLE workers VALIDATE CONSTRAINT workers_status_check",
    """ALTER TABLE workers ADD CONSTRAINT erased_keeps_nothing CHECK (
        status <> 'erased' OR num_nonnulls(name_hi, name_en, relation_type, relation_name, gender, birth_year,
            phone, phone_index, person_id, merged_into) = 0 AND name_key = '' AND name_key_en = '') NOT VALID""",
    "ALTER TABLE workers VALIDATE CONSTRAINT erased_keeps_nothing",
    "CREATE INDEX IF NOT EXISTS workers_person ON workers (person_id) WHERE person_id IS NOT NULL",
)
ERASURES = (
    """
CREATE TABLE erasures (
    id uuid PRIMARY KEY, worker_id uuid NOT NULL, record_ids uuid[] NOT NULL, unit_id uuid NOT NULL,
    path text COLLATE "C" NOT NULL, person_id uuid, sealed bytea, asked_at timestamptz NOT NULL,
    purge_at timestamptz NOT NULL, asked_by uuid, by_the_person bool NOT NULL, undone_at timestamptz, undone_by uuid,
    purged_at timestamptz, proof bytea, removed jsonb,
    CONSTRAINT ended_one_way CHECK (num_nonnulls(undone_at, purged_at) < 2),
    CONSTRAINT purged_keeps_nothing CHECK (purged_at IS NULL OR num_nonnulls(sealed, person_id) = 0
        AND num_nonnulls(proof, removed) = 2)
)""",
    "CREATE INDEX erasures_path ON erasures (path, id)",
    "CREATE INDEX erasures_due ON erasures (purge_at) WHERE undone_at IS NULL AND purged_at IS NULL",
    "CREATE INDEX erasures_person ON erasures (person_id) WHERE person_id IS NOT NULL",
    "CREATE UNIQUE INDEX erasures_worker ON erasures (worker_id) WHERE undone_at IS NULL",
    """
CREATE TABLE erasure_reports (
    erasure_id uuid NOT NULL REFERENCES erasures, service text NOT NULL, reported_at timestamptz NOT NULL,
    removed jsonb NOT NULL, hash bytea NOT NULL, PRIMARY KEY (erasure_id, service)
)""",
    "CREATE TABLE erased_records (record_id uuid PRIMARY KEY)",
    # A receipt goes with its erased record, and at no other time.
    """CREATE POLICY only_erased ON receipts AS RESTRICTIVE FOR DELETE
        USING (record_id IN (SELECT record_id FROM erased_records))""",
)
GRANTS = {
    "erasures": "SELECT, INSERT, UPDATE (unit_id, path, person_id, sealed, asked_by, undone_at, undone_by, purged_at,"
    " proof, removed)",
    "erasure_reports": "SELECT, INSERT",
    "erased_records": "SELECT, INSERT, DELETE",
    "receipts": "DELETE",
    "captures": "UPDATE (sealed)",
    "rejected_records": "UPDATE (body, body_hash)",
}


def upgrade() -> None:
    walls = [
        *second_wall("erasures"),
        *second_wall("erasure_reports", "erasure_id IN (SELECT id FROM erasures)"),
    ]
    grants = [grant(APP, table, privileges) for table, privileges in GRANTS.items()]
    for statement in [*WORKERS, *ERASURES, *walls, *grants]:
        op.execute(statement)
