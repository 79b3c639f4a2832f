"""Membership cards behind the second wall, and the public list of those that have ended, which names nobody."""

from alembic import op

from sangathan_chassis.ddl import grant, second_wall

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

APP = "registry_app"
# Eight digits; two more make them whole, so that a slip in one is noticed.
SEQUENCES = (
    "CREATE SEQUENCE member_numbers START 10000001 MINVALUE 10000001 MAXVALUE 99999999",
    "CREATE SEQUENCE card_indexes START 0 MINVALUE 0",
)
CARDS = """
CREATE TABLE cards (
    id uuid PRIMARY KEY, worker_id uuid NOT NULL, path text COLLATE "C" NOT NULL, number text COLLATE "C",
    status_index bigint NOT NULL UNIQUE, sealed bytea, kid text NOT NULL, issued_by uuid NOT NULL,
    issued_at timestamptz NOT NULL, expires_at timestamptz NOT NULL,
    ended_at timestamptz, ended_by uuid, end_reason text,
    CONSTRAINT ended_for_a_reason CHECK ((ended_at IS NULL) = (end_reason IS NULL) AND end_reason IN
        ('reissued', 'ended', 'withdrawn', 'merged', 'merge-undone')),
    CONSTRAINT live_with_its_number CHECK (ended_at IS NOT NULL OR num_nonnulls(number, sealed) = 2)
)"""
INDEXES = (
    "CREATE UNIQUE INDEX cards_live ON cards (worker_id) WHERE ended_at IS NULL",
    "CREATE INDEX cards_worker ON cards (worker_id, id)",
    "CREATE INDEX cards_path ON cards (path)",
    "CREATE INDEX cards_number ON cards (number) WHERE number IS NOT NULL",
)
STATUSES = (
    "CREATE TABLE card_ends (status_index bigint PRIMARY KEY)",
    """CREATE TABLE card_list (
        only_row bool PRIMARY KEY DEFAULT true CHECK (only_row), version bigint NOT NULL,
        changed_at timestamptz NOT NULL
    )""",
    "INSERT INTO card_list (version, changed_at) VALUES (0, 'epoch')",
)
GRANTS = {
    "cards": "SELECT, INSERT, UPDATE (worker_id, path, number, sealed, ended_at, ended_by, end_reason)",
    "card_ends": "SELECT, INSERT, DELETE",
    "card_list": "SELECT, UPDATE (version, changed_at)",
    "SEQUENCE member_numbers": "USAGE",
    "SEQUENCE card_indexes": "USAGE, SELECT",
}


def upgrade() -> None:
    grants = [grant(APP, table, privileges) for table, privileges in GRANTS.items()]
    for statement in [*SEQUENCES, CARDS, *INDEXES, *STATUSES, *second_wall("cards"), *grants]:
        op.execute(statement)
