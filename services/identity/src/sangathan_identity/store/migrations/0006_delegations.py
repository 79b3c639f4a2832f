"""Delegations say what they lend, acting charges are marked, and vacancies are found by office."""

from alembic import op

revision = "identity_0006"
down_revision = "identity_0005"

COLUMNS = """
ALTER TABLE appointments
    ADD actions text[] NOT NULL DEFAULT '{}', ADD acting bool NOT NULL DEFAULT false, ADD absence_reason text,
    ADD CONSTRAINT appointments_lend CHECK ((delegated_from IS NULL) = (actions = '{}')),
    ADD CONSTRAINT appointments_one_kind CHECK (NOT (acting AND delegated_from IS NOT NULL))
"""
# Who passed what on, and who holds an office in their own right: what ends an office and what lists vacancies asks.
INDEXES = [
    "CREATE INDEX appointments_delegated ON appointments (delegated_from) WHERE delegated_from IS NOT NULL",
    "CREATE INDEX appointments_office_unit ON appointments (unit_id, office) WHERE ended_at IS NULL",
]


def upgrade() -> None:
    for statement in [COLUMNS, *INDEXES]:
        op.execute(statement)
