"""Applications that people sign in to, their codes and tokens; and keys that take turns."""

from alembic import op

from sangathan_chassis.ddl import grant, second_wall

revision = "identity_0007"
down_revision = "identity_0006"

APP = "identity_app"

COLUMNS = [
    # A null means that the key signs since it was made, as those of the release before do.
    """
ALTER TABLE signing_keys ADD COLUMN algorithm text NOT NULL DEFAULT 'Ed25519', ADD COLUMN signs_from timestamptz""",
]
TABLES = [
    """
CREATE TABLE clients (
    id uuid PRIMARY KEY, kind text NOT NULL CHECK (kind IN ('confidential', 'public')), name_hi text NOT NULL,
    name_en text NOT NULL, redirect_uris text[] NOT NULL, secret_hash bytea, unit_id uuid NOT NULL REFERENCES units,
    made_by uuid NOT NULL REFERENCES persons, made_at timestamptz NOT NULL, ended_at timestamptz, version int NOT NULL,
    CHECK ((kind = 'public') = (secret_hash IS NULL))
)""",
    "CREATE INDEX clients_unit ON clients (unit_id, id)",
    """
CREATE TABLE authorization_codes (
    code_hash bytea PRIMARY KEY, client_id uuid NOT NULL REFERENCES clients,
    session_id uuid NOT NULL REFERENCES sessions, redirect_uri text NOT NULL, scope text NOT NULL, nonce text,
    code_challenge text NOT NULL, expires_at timestamptz NOT NULL, used_at timestamptz
)""",
    "CREATE INDEX authorization_codes_expires ON authorization_codes (expires_at)",
    """
CREATE TABLE client_tokens (
    token_hash bytea PRIMARY KEY, kind text NOT NULL CHECK (kind IN ('access', 'refresh')),
    client_id uuid NOT NULL REFERENCES clients, session_id uuid NOT NULL REFERENCES sessions, scope text NOT NULL,
    issued_at timestamptz NOT NULL, expires_at timestamptz NOT NULL, used_at timestamptz, successor_sealed bytea
)""",
    "CREATE INDEX client_tokens_expires ON client_tokens (expires_at)",
]
GRANTS = {
    "clients": "SELECT, INSERT, UPDATE",
    "authorization_codes": "SELECT, INSERT, UPDATE, DELETE",
    "client_tokens": "SELECT, INSERT, UPDATE, DELETE",
}
# A client is in sight wherever its unit is, so that it follows a unit that moves.
SEEN_WITH_UNIT = "EXISTS (SELECT FROM units u WHERE u.id = unit_id)"
# Codes and tokens are looked up by their hash before anybody is known (`commands.doorway`), and by nobody else.
DOORWAY_ALONE = "current_setting('app.hi', true) = '~'"


def upgrade() -> None:
    walls = [
        *second_wall("clients", SEEN_WITH_UNIT),
        *second_wall("authorization_codes", DOORWAY_ALONE),
        *second_wall("client_tokens", DOORWAY_ALONE),
    ]
    grants = [grant(APP, table, privileges) for table, privileges in GRANTS.items()]
    for statement in [*COLUMNS, *TABLES, *walls, *grants]:
        op.execute(statement)
