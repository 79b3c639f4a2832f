"""Devices, second factors, passkeys, enrolment of devices ahead, and what slows guessing down."""

from alembic import op

from sangathan_chassis.ddl import grant, own_row, second_wall

revision = "identity_0002"
down_revision = "identity_0001"

APP = "identity_app"

COLUMNS = [
    "ALTER TABLE persons ADD COLUMN password_changed_at timestamptz",
    # Null in rows of the release before: such a sign-in was authenticated when it was opened.
    "ALTER TABLE sessions ADD COLUMN authenticated_at timestamptz, ADD COLUMN device_id uuid",
    "CREATE INDEX sessions_device ON sessions (device_id) WHERE device_id IS NOT NULL",
    """
ALTER TABLE one_time_codes ADD COLUMN challenge_hash bytea, ADD COLUMN purpose text, ADD COLUMN place_index bytea,
    ADD COLUMN known_device bool NOT NULL DEFAULT false""",
    "CREATE UNIQUE INDEX one_time_codes_challenge ON one_time_codes (challenge_hash)",
    "CREATE INDEX one_time_codes_place ON one_time_codes (place_index, created_at)",
]
TABLES = [
    # A device that has signed in before shows a secret; one that was enrolled ahead signs with a key of its own.
    """
CREATE TABLE devices (
    id uuid PRIMARY KEY, person_id uuid NOT NULL REFERENCES persons, name text NOT NULL, secret_hash bytea UNIQUE,
    public_key text, created_at timestamptz NOT NULL, last_used_at timestamptz NOT NULL, ended_at timestamptz,
    CHECK (num_nonnulls(secret_hash, public_key) = 1)
)""",
    "CREATE INDEX devices_person ON devices (person_id, id)",
    """
CREATE TABLE device_enrolments (
    id uuid PRIMARY KEY, code_hash bytea NOT NULL UNIQUE, appointment_id uuid NOT NULL REFERENCES appointments,
    person_id uuid NOT NULL REFERENCES persons, issued_by uuid NOT NULL REFERENCES persons,
    created_at timestamptz NOT NULL, expires_at timestamptz NOT NULL, used_at timestamptz,
    device_id uuid REFERENCES devices, withdrawn_at timestamptz
)""",
    "CREATE INDEX device_enrolments_appointment ON device_enrolments (appointment_id, id)",
    "CREATE INDEX device_enrolments_device ON device_enrolments (device_id) WHERE device_id IS NOT NULL",
    """
CREATE TABLE totp_secrets (
    person_id uuid PRIMARY KEY REFERENCES persons, secret_sealed bytea NOT NULL, last_step bigint NOT NULL,
    created_at timestamptz NOT NULL, confirmed_at timestamptz
)""",
    """
CREATE TABLE recovery_codes (
    person_id uuid NOT NULL REFERENCES persons, code_hash bytea NOT NULL, created_at timestamptz NOT NULL,
    used_at timestamptz, PRIMARY KEY (person_id, code_hash)
)""",
    """
CREATE TABLE passkeys (
    id uuid PRIMARY KEY, credential_id bytea NOT NULL UNIQUE, person_id uuid NOT NULL REFERENCES persons,
    public_key bytea NOT NULL, sign_count bigint NOT NULL, name text NOT NULL, created_at timestamptz NOT NULL,
    last_used_at timestamptz, ended_at timestamptz, end_reason text
)""",
    "CREATE INDEX passkeys_person ON passkeys (person_id, id)",
    # A question that a passkey or a device's key answers once.
    """
CREATE TABLE challenges (
    hash bytea PRIMARY KEY, purpose text NOT NULL, person_id uuid, expires_at timestamptz NOT NULL
)""",
    "CREATE INDEX challenges_expires ON challenges (expires_at)",
    "CREATE TABLE seen_assertions (hash bytea PRIMARY KEY, expires_at timestamptz NOT NULL)",
    "CREATE INDEX seen_assertions_expires ON seen_assertions (expires_at)",
    """
CREATE TABLE throttles (
    key bytea PRIMARY KEY, failures int NOT NULL, last_at timestamptz NOT NULL, open_at timestamptz NOT NULL
)""",
    "CREATE INDEX throttles_last ON throttles (last_at)",
    # What was paid for codes, by the hour, in the hundredth part of a rupee.
    "CREATE TABLE code_spend (hour timestamptz PRIMARY KEY, paise bigint NOT NULL)",
]
GRANTS = {
    "devices": "SELECT, INSERT, UPDATE, DELETE",
    "device_enrolments": "SELECT, INSERT, UPDATE",
    "totp_secrets": "SELECT, INSERT, UPDATE, DELETE",
    "recovery_codes": "SELECT, INSERT, UPDATE, DELETE",
    "passkeys": "SELECT, INSERT, UPDATE",
    "challenges": "SELECT, INSERT, DELETE",
    "seen_assertions": "SELECT, INSERT, DELETE",
    "throttles": "SELECT, INSERT, UPDATE, DELETE",
    "code_spend": "SELECT, INSERT, UPDATE, DELETE",
}
OWN_OR_EVERYTHING = f"{own_row('person_id')} OR current_setting('app.hi', true) = '~'"
# An enrolment is seen by whoever sees the appointment that it is for; it is always looked up by that appointment.
SEEN_WITH_APPOINTMENT = "EXISTS (SELECT FROM appointments a WHERE a.id = appointment_id)"


def upgrade() -> None:
    walls = [
        statement
        for table in ("devices", "totp_secrets", "recovery_codes", "passkeys")
        for statement in second_wall(table, OWN_OR_EVERYTHING)
    ]
    walls += second_wall("device_enrolments", SEEN_WITH_APPOINTMENT)
    grants = [grant(APP, table, privileges) for table, privileges in GRANTS.items()]
    for statement in [*COLUMNS, *TABLES, *walls, *grants]:
        op.execute(statement)
