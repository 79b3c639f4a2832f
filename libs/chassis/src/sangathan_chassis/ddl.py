"""SQL that several services' migrations share: the chassis's own tables, grants, and the second wall."""

OUTBOX = """
CREATE TABLE outbox (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id uuid NOT NULL, type text NOT NULL, subject text NOT NULL, traceparent text NOT NULL,
    body bytea NOT NULL, created_at timestamptz NOT NULL
)"""
INBOX = """
CREATE TABLE inbox (
    consumer text NOT NULL, event_id uuid NOT NULL, received_at timestamptz NOT NULL, PRIMARY KEY (consumer, event_id)
)"""
INBOX_INDEX = "CREATE INDEX inbox_received_at ON inbox (received_at)"
IDEMPOTENCY_KEYS = """
CREATE TABLE idempotency_keys (
    key_hash bytea PRIMARY KEY, fingerprint bytea NOT NULL, sealed_reply bytea NOT NULL, created_at timestamptz NOT NULL
)"""
IDEMPOTENCY_INDEX = "CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at)"


PATH_RANGE = "path >= current_setting('app.lo', true) AND path < current_setting('app.hi', true)"


def chassis_tables(app_role: str) -> list[str]:
    """Statements for the outbox, the inbox and the idempotency keys, with what the app role may do to them."""
    return [
        OUTBOX,
        INBOX,
        INBOX_INDEX,
        IDEMPOTENCY_KEYS,
        IDEMPOTENCY_INDEX,
        grant(app_role, "outbox", "SELECT, INSERT, DELETE"),
        grant(app_role, "inbox", "SELECT, INSERT, DELETE"),
        grant(app_role, "idempotency_keys", "SELECT, INSERT, DELETE"),
        f"GRANT SELECT ON alembic_version TO {app_role}",
    ]


def own_row(column: str) -> str:
    """The policy condition for rows that belong to one person: theirs alone."""
    return f"{column} = nullif(current_setting('app.person', true), '')::uuid"


def grant(app_role: str, table: str, privileges: str) -> str:
    """Gives the app role these privileges on a table, and nothing else."""
    return f"GRANT {privileges} ON {table} TO {app_role}"


def second_wall(table: str, condition: str | None = None) -> list[str]:
    """Row-level security on a table: by default the bare range on ``path``; an unset scope matches nothing.

    The bare comparison keeps the index; LIKE, a function or a sub-select would not. FORCE binds the owner as well.
    """
    rule = condition or PATH_RANGE
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY scope ON {table} USING ({rule}) WITH CHECK ({rule})",
    ]
