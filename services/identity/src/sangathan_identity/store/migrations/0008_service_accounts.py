"""Other systems as callers: what they are granted, the tokens they take, and a second secret while one is renewed.

A grant is a row of ``appointments`` that hangs on its giver's, as a delegation does, so that it ends with it. Its
holder is an application, whose id stands where a person's does; the generated column keeps the reference of the rest.
"""

from alembic import op

from sangathan_chassis.ddl import grant, second_wall

revision = "identity_0008"
down_revision = "identity_0007"

APP = "identity_app"

CLIENTS = """
ALTER TABLE clients
    DROP CONSTRAINT clients_kind_check,
    ADD CONSTRAINT clients_kind_check CHECK (kind IN ('confidential', 'public', 'service')),
    ADD former_secret_hash bytea, ADD former_secret_until timestamptz
"""
GRANTS = [
    "ALTER TABLE appointments DROP CONSTRAINT appointments_person_id_fkey, ADD client_id uuid REFERENCES clients",
    """
ALTER TABLE appointments
    ADD held_by uuid GENERATED ALWAYS AS (CASE WHEN client_id IS NULL THEN person_id END) STORED REFERENCES persons,
    ADD CONSTRAINT appointments_granted
        CHECK (client_id IS NULL OR (client_id = person_id AND delegated_from IS NOT NULL))""",
    "CREATE INDEX appointments_client ON appointments (client_id) WHERE client_id IS NOT NULL",
]
TOKENS = [
    """
CREATE TABLE service_tokens (
    id uuid PRIMARY KEY, token_hash bytea NOT NULL UNIQUE, client_id uuid NOT NULL REFERENCES clients,
    grant_id uuid NOT NULL REFERENCES appointments, scope text NOT NULL, issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL, ended_at timestamptz
)""",
    "CREATE INDEX service_tokens_expires ON service_tokens (expires_at)",
]
# As the other tokens of applications: looked up before anybody is known (`commands.doorway`), and by nobody else.
DOORWAY_ALONE = "current_setting('app.hi', true) = '~'"


def upgrade() -> None:
    walls = second_wall("service_tokens", DOORWAY_ALONE)
    for statement in [CLIENTS, *GRANTS, *TOKENS, *walls]:
        op.execute(statement)
    op.execute(grant(APP, "service_tokens", "SELECT, INSERT, UPDATE, DELETE"))
