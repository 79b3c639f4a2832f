"""Inbox messages, deliveries, broadcasts and their counter.

A broadcast stands at the unit it is aimed at. Two policies let it be read: the bare range, for whoever is at or above
that unit, and its place among the units above the reader. The latter is an equality with an array that is worked out
once per statement, so that the index on ``path`` serves it; an unset or empty scope has no units above and matches
nothing. Writing is the range's alone: nobody speaks upwards.
"""

from alembic import op

from sangathan_chassis.ddl import chassis_tables, grant, own_row, second_wall
from sangathan_hierarchy.ddl import hierarchy_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APP = "notify_app"

TABLES = (
    """
    CREATE TABLE inbox_messages (
        id uuid PRIMARY KEY, recipient_id uuid NOT NULL, kind text NOT NULL, dedupe_key text NOT NULL UNIQUE,
        title_hi text NOT NULL, title_en text NOT NULL, body_hi text NOT NULL, body_en text NOT NULL,
        refs jsonb NOT NULL, created_at timestamptz NOT NULL, read_at timestamptz, version int NOT NULL
    )""",
    "CREATE INDEX inbox_messages_recipient ON inbox_messages (recipient_id, id)",
    """
    CREATE TABLE deliveries (
        id uuid PRIMARY KEY, message_id uuid NOT NULL REFERENCES inbox_messages, person_id uuid NOT NULL,
        channel text NOT NULL,
        state text NOT NULL CHECK (state IN ('queued', 'sent', 'delivered', 'skipped', 'failed')),
        reason text CHECK (reason IS NOT NULL OR state NOT IN ('skipped', 'failed')), changed_at timestamptz NOT NULL,
        UNIQUE (message_id, person_id, channel)
    )""",
    """
    CREATE TABLE delivery_states (
        delivery_id uuid NOT NULL REFERENCES deliveries, number int NOT NULL, state text NOT NULL, reason text,
        at timestamptz NOT NULL, PRIMARY KEY (delivery_id, number)
    )""",
    """
    CREATE TABLE broadcasts (
        id uuid PRIMARY KEY, seq bigint NOT NULL UNIQUE, unit_id uuid NOT NULL, path text COLLATE "C" NOT NULL,
        title_hi text NOT NULL, title_en text NOT NULL, body_hi text NOT NULL, body_en text NOT NULL,
        sent_by uuid NOT NULL, appointment_id uuid, sent_at timestamptz NOT NULL
    )""",
    "CREATE INDEX broadcasts_path ON broadcasts (path, seq)",
    "CREATE TABLE broadcast_counter (only_row bool PRIMARY KEY DEFAULT true CHECK (only_row), seq bigint NOT NULL)",
    "INSERT INTO broadcast_counter (seq) VALUES (0)",
)

UNITS_ABOVE = """
CREATE FUNCTION units_above(lo text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(left(lo, n)), '{}') FROM generate_series(1, length(lo)) AS n WHERE substr(lo, n, 1) = '.'
$$
"""

HEARD_FROM_ABOVE = "path = ANY ((SELECT units_above(current_setting('app.lo', true)))::text[])"

WALLS = (
    *second_wall("inbox_messages", own_row("recipient_id")),
    *second_wall("deliveries", own_row("person_id")),
    *second_wall("delivery_states", "delivery_id IN (SELECT id FROM deliveries)"),
    *second_wall("broadcasts"),
    f"CREATE POLICY heard_from_above ON broadcasts FOR SELECT USING ({HEARD_FROM_ABOVE})",
)

GRANTS = (
    grant(APP, "inbox_messages", "SELECT, INSERT, UPDATE (read_at, version)"),
    grant(APP, "deliveries", "SELECT, INSERT"),
    grant(APP, "delivery_states", "SELECT, INSERT"),
    grant(APP, "broadcasts", "SELECT, INSERT, UPDATE (path)"),
    grant(APP, "broadcast_counter", "SELECT, UPDATE"),
)


def upgrade() -> None:
    for statement in (*chassis_tables(APP), *hierarchy_tables(APP), *TABLES, UNITS_ABOVE, *WALLS, *GRANTS):
        op.execute(statement)
