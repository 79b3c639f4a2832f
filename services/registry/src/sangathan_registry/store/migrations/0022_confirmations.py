"""The person's own confirmation of consent: who is asked, the messages on their way, and how many have answered."""

from alembic import op

from sangathan_chassis.ddl import grant, second_wall

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

APP = "registry_app"
STATES = "('waiting', 'sent', 'unreached', 'confirmed', 'denied', 'ended')"
CONSENTS = "ALTER TABLE consents ADD COLUMN confirmed_at timestamptz, ADD COLUMN confirmed_how text"
CONFIRMATIONS = f"""
CREATE TABLE confirmations (
    worker_id uuid PRIMARY KEY, path text COLLATE "C" NOT NULL, state text NOT NULL CHECK (state IN {STATES}),
    was text CHECK (was IN {STATES}), reason text, asked_at timestamptz NOT NULL, next_at timestamptz NOT NULL,
    sends int NOT NULL DEFAULT 0, sent_at timestamptz, link_hash bytea UNIQUE, link_until timestamptz,
    code_hash bytea, code_until timestamptz, code_tries int NOT NULL DEFAULT 0,
    CONSTRAINT unreached_says_why CHECK (state <> 'unreached' OR reason IS NOT NULL),
    CONSTRAINT ended_comes_back_as_it_was CHECK ((state = 'ended') = (was IS NOT NULL)),
    CONSTRAINT ended_opens_nothing CHECK (state <> 'ended' OR num_nonnulls(link_hash, code_hash) = 0)
)"""
MESSAGES = """
CREATE TABLE text_messages (
    id uuid PRIMARY KEY, worker_id uuid NOT NULL, path text COLLATE "C" NOT NULL, sealed bytea NOT NULL,
    not_before timestamptz NOT NULL, until timestamptz NOT NULL, tries int NOT NULL DEFAULT 0
)"""
# Who asks for a code is known by keyed hashes alone, whether or not anybody has the number.
REQUESTS = """
CREATE TABLE code_requests (
    id uuid PRIMARY KEY, phone_index bytea NOT NULL, place_index bytea NOT NULL, at timestamptz NOT NULL,
    hindi bool NOT NULL, taken bool NOT NULL DEFAULT false
)"""
PACE = "CREATE TABLE message_pace (only_row bool PRIMARY KEY DEFAULT true CHECK (only_row), paid_until timestamptz)"
DELTAS = f"""
CREATE TABLE confirmation_deltas (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, path text COLLATE "C" NOT NULL,
    state text NOT NULL CHECK (state IN {STATES}), delta int NOT NULL
)"""
COUNTS = f"""
CREATE TABLE confirmation_counts (
    path text COLLATE "C" NOT NULL, state text NOT NULL CHECK (state IN {STATES}), records bigint NOT NULL,
    PRIMARY KEY (path, state)
)"""
OTHERS = (
    "CREATE INDEX confirmations_open ON confirmations (path, worker_id) WHERE state <> 'confirmed'",
    "CREATE INDEX confirmations_path ON confirmations (path)",
    "CREATE INDEX confirmations_next ON confirmations (next_at, worker_id) WHERE state = 'waiting'",
    "CREATE INDEX text_messages_next ON text_messages (not_before, id)",
    "CREATE INDEX text_messages_worker ON text_messages (worker_id)",
    "CREATE INDEX text_messages_path ON text_messages (path)",
    "CREATE INDEX code_requests_phone ON code_requests (phone_index, at)",
    "CREATE INDEX code_requests_place ON code_requests (place_index, at)",
    "CREATE INDEX code_requests_waiting ON code_requests (at) WHERE NOT taken",
    "CREATE INDEX confirmation_deltas_path ON confirmation_deltas (path)",
)
SCOPED = ("confirmations", "text_messages", "confirmation_deltas", "confirmation_counts")
GRANTS = {
    "confirmations": "SELECT, INSERT, UPDATE",
    "text_messages": "SELECT, INSERT, UPDATE (path, sealed, not_before, tries), DELETE",
    "code_requests": "SELECT, INSERT, UPDATE (taken), DELETE",
    "message_pace": "SELECT, INSERT, UPDATE",
    "confirmation_deltas": "SELECT, INSERT, UPDATE (path), DELETE",
    "confirmation_counts": "SELECT, INSERT, UPDATE, DELETE",
}


def upgrade() -> None:
    statements = [CONSENTS, CONFIRMATIONS, MESSAGES, REQUESTS, PACE, DELTAS, COUNTS, *OTHERS]
    for table in SCOPED:
        statements += second_wall(table)
    statements += [grant(APP, table, privileges) for table, privileges in GRANTS.items()]
    for statement in statements:
        op.execute(statement)
