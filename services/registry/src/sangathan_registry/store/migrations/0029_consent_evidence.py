"""Signatures and photos by which people agreed, sealed, in a table apart; and how much of such an erasure holds."""

from alembic import op

from sangathan_chassis.ddl import grant, second_wall

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

APP = "registry_app"
CHANGED = "path, waiting, id, sealed, sent_index, width, height, size, put_at"
# One of each kind to a record; what came before its record is its sender's until then. Sealed, it does not shrink.
EVIDENCE = (
    """
CREATE TABLE consent_evidence (
    id uuid PRIMARY KEY, worker_id uuid NOT NULL, kind text NOT NULL CHECK (kind IN ('signature', 'photo')),
    path text COLLATE "C" NOT NULL, waiting bool NOT NULL,
    sealed bytea STORAGE EXTERNAL NOT NULL CHECK (octet_length(sealed) < 70000), sent_index bytea NOT NULL,
    width int NOT NULL, height int NOT NULL, size int NOT NULL, put_by uuid NOT NULL, put_at timestamptz NOT NULL
)""",
    "CREATE UNIQUE INDEX consent_evidence_one ON consent_evidence (worker_id, kind) WHERE NOT waiting",
    "CREATE UNIQUE INDEX consent_evidence_ahead ON consent_evidence (worker_id, kind, put_by) WHERE waiting",
    "CREATE INDEX consent_evidence_sender ON consent_evidence (put_by) WHERE waiting",
    "CREATE INDEX consent_evidence_path ON consent_evidence (path)",
)
ERASURES = ("ALTER TABLE erasures ADD COLUMN taken jsonb NOT NULL DEFAULT '{}'",)


def upgrade() -> None:
    granted = grant(APP, "consent_evidence", f"SELECT, INSERT, UPDATE ({CHANGED}), DELETE")
    for statement in [*EVIDENCE, *second_wall("consent_evidence"), granted, *ERASURES]:
        op.execute(statement)
