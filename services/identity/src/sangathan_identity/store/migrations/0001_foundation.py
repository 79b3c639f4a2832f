"""The tree, people who sign in, appointments, sessions, codes, keys and the audit trail."""

from alembic import op

from sangathan_chassis.ddl import PATH_RANGE, chassis_tables, grant, own_row, second_wall
from sangathan_chassis.faults import TREE_MOVED

revision = "identity_0001"
down_revision = None

APP = "identity_app"

# Core PostgreSQL has no equality operator class for GiST; a range of one value gives the exclusion what it needs.
RANGES = [
    "CREATE TYPE uuid_range AS RANGE (subtype = uuid)",
    'CREATE TYPE code_range AS RANGE (subtype = text, collation = "C")',
]
TREE = [
    """
CREATE TABLE levels (
    code text COLLATE "C" PRIMARY KEY, rank int NOT NULL UNIQUE, name_hi text NOT NULL, name_en text NOT NULL
)""",
    """
CREATE TABLE units (
    id uuid PRIMARY KEY, parent_id uuid REFERENCES units, level text COLLATE "C" NOT NULL REFERENCES levels,
    code text COLLATE "C" NOT NULL CHECK (code ~ '^[a-z0-9]{1,16}$'),
    path text COLLATE "C" NOT NULL UNIQUE CHECK (path ~ '^([a-z0-9]+[.])+$'),
    name_hi text NOT NULL, name_en text NOT NULL, version int NOT NULL,
    valid_from timestamptz NOT NULL, closed_at timestamptz
)""",
    "CREATE INDEX units_parent ON units (parent_id, path)",
    "CREATE INDEX units_level ON units (level, path)",
    "CREATE TABLE tree_state (only_row bool PRIMARY KEY DEFAULT true CHECK (only_row), version bigint NOT NULL)",
    "INSERT INTO tree_state (version) VALUES (0)",
    f"""
CREATE FUNCTION tree_guard(asked bigint, unit uuid, lo text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    here text;
BEGIN
    IF (SELECT version FROM tree_state) <= asked THEN RETURN; END IF;
    SELECT path INTO here FROM units WHERE id = unit;
    IF here IS DISTINCT FROM lo THEN
        RAISE EXCEPTION 'unit has moved' USING ERRCODE = '{TREE_MOVED}';
    END IF;
END $$""",  # noqa: S608 - constants of this code base.
]
PEOPLE = [
    """
CREATE TABLE persons (
    id uuid PRIMARY KEY, name_hi text NOT NULL, name_en text NOT NULL, phone_sealed bytea NOT NULL,
    phone_index bytea NOT NULL UNIQUE, password_hash text, version int NOT NULL, suspended_at timestamptz,
    created_at timestamptz NOT NULL
)""",
    "CREATE INDEX persons_suspended ON persons (id) WHERE suspended_at IS NOT NULL",
    """
CREATE TABLE appointments (
    id uuid PRIMARY KEY, person_id uuid NOT NULL REFERENCES persons, office text COLLATE "C" NOT NULL,
    unit_id uuid NOT NULL REFERENCES units, path text COLLATE "C" NOT NULL, valid_from timestamptz NOT NULL,
    valid_to timestamptz, appointed_by uuid REFERENCES persons, delegated_from uuid REFERENCES appointments,
    version int NOT NULL, ended_at timestamptz, made_at timestamptz NOT NULL, CHECK (valid_to > valid_from),
    CONSTRAINT appointments_held_once EXCLUDE USING gist (
        uuid_range(person_id, person_id, '[]') WITH &&, uuid_range(unit_id, unit_id, '[]') WITH &&,
        code_range(office, office, '[]') WITH &&,
        tstzrange(
            valid_from, greatest(valid_from, least(coalesce(valid_to, 'infinity'), coalesce(ended_at, 'infinity')))
        ) WITH &&
    )
)""",
    "CREATE INDEX appointments_path ON appointments (path, id)",
    "CREATE INDEX appointments_office ON appointments (office, path, id)",
    "CREATE INDEX appointments_person ON appointments (person_id)",
    "CREATE INDEX appointments_unit ON appointments (unit_id)",
]
SIGN_IN = [
    """
CREATE TABLE sessions (
    id uuid PRIMARY KEY, person_id uuid NOT NULL REFERENCES persons, device text NOT NULL, acr text NOT NULL,
    amr text NOT NULL, created_at timestamptz NOT NULL, last_used_at timestamptz NOT NULL, ended_at timestamptz,
    end_reason text
)""",
    "CREATE INDEX sessions_person ON sessions (person_id, id)",
    "CREATE INDEX sessions_ended ON sessions (ended_at) WHERE ended_at IS NOT NULL",
    """
CREATE TABLE refresh_tokens (
    token_hash bytea PRIMARY KEY, session_id uuid NOT NULL REFERENCES sessions, issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL, used_at timestamptz, successor_sealed bytea
)""",
    "CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id)",
    "CREATE INDEX refresh_tokens_expires ON refresh_tokens (expires_at)",
    """
CREATE TABLE one_time_codes (
    id uuid PRIMARY KEY, phone_index bytea NOT NULL, code_hash bytea NOT NULL, created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL, tries int NOT NULL, used_at timestamptz
)""",
    "CREATE INDEX one_time_codes_phone ON one_time_codes (phone_index, created_at)",
    "CREATE INDEX one_time_codes_created ON one_time_codes (created_at)",
    """
CREATE TABLE signing_keys (
    kid text PRIMARY KEY, public_key text NOT NULL, private_sealed bytea NOT NULL, created_at timestamptz NOT NULL,
    retired_at timestamptz
)""",
]
AUDIT = [
    """
CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL, act text NOT NULL,
    outcome text NOT NULL, person_id uuid, session_id uuid, appointment_id uuid, subject_id uuid,
    path text COLLATE "C" NOT NULL, request_id text NOT NULL, detail jsonb NOT NULL
)""",
    "CREATE INDEX audit_person ON audit (person_id, id)",
    "CREATE INDEX audit_subject ON audit (subject_id, id)",
]
GRANTS = {
    "levels": "SELECT",
    "units": "SELECT, INSERT, UPDATE",
    "tree_state": "SELECT, UPDATE",
    "persons": "SELECT, INSERT, UPDATE",
    "appointments": "SELECT, INSERT, UPDATE",
    "sessions": "SELECT, INSERT, UPDATE",
    "refresh_tokens": "SELECT, INSERT, UPDATE, DELETE",
    "one_time_codes": "SELECT, INSERT, UPDATE, DELETE",
    "signing_keys": "SELECT, INSERT, UPDATE",
    # Append only: what is on the trail can be neither read back, changed nor removed by the service.
    "audit": "INSERT",
}
# A sign-in belongs to its person. Only sign-in itself, which knows nobody yet, sees across (`commands.doorway`).
OWN_OR_EVERYTHING = f"{own_row('person_id')} OR current_setting('app.hi', true) = '~'"


def upgrade() -> None:
    walls = [
        *second_wall("units"),
        *second_wall("appointments", PATH_RANGE),
        # One's own appointments are in sight wherever they are, and nobody writes through this door.
        f"CREATE POLICY own ON appointments FOR SELECT USING ({own_row('person_id')})",
        *second_wall("sessions", OWN_OR_EVERYTHING),
    ]
    grants = [grant(APP, table, privileges) for table, privileges in GRANTS.items()]
    for statement in [*chassis_tables(APP), *RANGES, *TREE, *PEOPLE, *SIGN_IN, *AUDIT, *walls, *grants]:
        op.execute(statement)
