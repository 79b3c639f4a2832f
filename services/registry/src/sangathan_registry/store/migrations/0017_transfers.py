"""Transfers of workers between units, which both sides see; the history of a record names them."""

from alembic import op

from sangathan_chassis.ddl import grant, second_wall

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

APP = "registry_app"
# The path is that of the unit which gives the worker; that of the one which receives them stands beside it.
TRANSFERS = (
    """
CREATE TABLE transfers (
    id uuid PRIMARY KEY, worker_id uuid NOT NULL, unit_id uuid NOT NULL, path text COLLATE "C" NOT NULL,
    to_unit_id uuid NOT NULL, to_path text COLLATE "C" NOT NULL,
    cause text NOT NULL CHECK (cause IN ('moved-home', 'recorded-wrongly', 'own-wish')),
    asked_from text NOT NULL CHECK (asked_from IN ('giving', 'receiving', 'above')),
    asked_by uuid NOT NULL, asked_office text NOT NULL, asked_at timestamptz NOT NULL, lapses_at timestamptz NOT NULL,
    waits_for text[] NOT NULL CHECK (waits_for <@ ARRAY['giving', 'receiving']),
    state text NOT NULL CHECK (state IN ('asked', 'agreed', 'declined', 'taken-back', 'lapsed')),
    decided_by uuid, decided_office text, decided_at timestamptz, version int NOT NULL,
    CONSTRAINT agreed_by_all CHECK (state <> 'agreed' OR waits_for = '{}'),
    CONSTRAINT waits_for_somebody CHECK (state <> 'asked' OR waits_for <> '{}')
)""",
    "CREATE UNIQUE INDEX transfers_one_waits ON transfers (worker_id, to_unit_id) WHERE state = 'asked'",
    "CREATE INDEX transfers_worker ON transfers (worker_id, id)",
    "CREATE INDEX transfers_scope ON transfers (path, id)",
    "CREATE INDEX transfers_to ON transfers (to_path, id)",
)
SEEN_BY_THE_OTHER = "to_path >= current_setting('app.lo', true) AND to_path < current_setting('app.hi', true)"
WRITABLE = "unit_id, path, to_unit_id, to_path, waits_for, state, decided_by, decided_office, decided_at, version"
ACTS = (
    "ALTER TABLE worker_revisions DROP CONSTRAINT worker_revisions_act_check",
    """
ALTER TABLE worker_revisions ADD CONSTRAINT worker_revisions_act_check CHECK (act IN ('changed', 'merged', 'took-over',
    'parted', 'gave-back', 'withdrawn', 'erased', 'restored', 'rehomed', 'transferred')) NOT VALID
""",
    "ALTER TABLE worker_revisions VALIDATE CONSTRAINT worker_revisions_act_check",
)


def upgrade() -> None:
    for statement in [
        *TRANSFERS,
        *second_wall("transfers"),
        f"CREATE POLICY seen_by_the_other ON transfers FOR SELECT USING ({SEEN_BY_THE_OTHER})",
        grant(APP, "transfers", f"SELECT, INSERT, UPDATE ({WRITABLE})"),
        *ACTS,
    ]:
        op.execute(statement)
