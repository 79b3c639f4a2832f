"""Plans, rounds, workshops, allocations, invitations and attendances.

A plan and its workshops stand at the plan's unit; an allocation, an invitation and an attendance stand at the allocated
unit. Seen from below, a unit sees the plan and the workshop it is allocated to, through its own allocation; a person
sees the workshop they are invited to, through their own invitation. Counts are kept on the allocation, so that each
scope adds up only what it may see.
"""

from alembic import op

from sangathan_chassis.ddl import chassis_tables, grant, own_row, second_wall
from sangathan_hierarchy.ddl import hierarchy_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APP = "workshops_app"

TABLES = (
    """
    CREATE TABLE plans (
        id uuid PRIMARY KEY, unit_id uuid NOT NULL, path text COLLATE "C" NOT NULL,
        name_hi text NOT NULL, name_en text NOT NULL,
        created_by uuid NOT NULL, created_at timestamptz NOT NULL, version int NOT NULL
    )""",
    "CREATE INDEX plans_path ON plans (path)",
    """
    CREATE TABLE rounds (
        id uuid PRIMARY KEY, plan_id uuid NOT NULL REFERENCES plans, number int NOT NULL, level text NOT NULL,
        UNIQUE (plan_id, number)
    )""",
    """
    CREATE TABLE workshops (
        id uuid PRIMARY KEY, plan_id uuid NOT NULL REFERENCES plans, round_id uuid NOT NULL REFERENCES rounds,
        path text COLLATE "C" NOT NULL, held_on date NOT NULL, venue_hi text NOT NULL, venue_en text NOT NULL,
        hour time, capacity int CHECK (capacity > 0), trainer text, version int NOT NULL
    )""",
    "CREATE INDEX workshops_order ON workshops (held_on, id)",
    "CREATE INDEX workshops_plan ON workshops (plan_id, held_on, id)",
    "CREATE INDEX workshops_path ON workshops (path)",
    """
    CREATE TABLE allocations (
        round_id uuid NOT NULL REFERENCES rounds, unit_id uuid NOT NULL, plan_id uuid NOT NULL REFERENCES plans,
        workshop_id uuid NOT NULL REFERENCES workshops, path text COLLATE "C" NOT NULL,
        invited int NOT NULL DEFAULT 0, accepted int NOT NULL DEFAULT 0, declined int NOT NULL DEFAULT 0,
        attended int NOT NULL DEFAULT 0,
        PRIMARY KEY (round_id, unit_id)
    )""",
    "CREATE INDEX allocations_path ON allocations (path)",
    "CREATE INDEX allocations_workshop ON allocations (workshop_id, path)",
    """
    CREATE TABLE invitations (
        id uuid PRIMARY KEY, workshop_id uuid NOT NULL REFERENCES workshops, round_id uuid NOT NULL REFERENCES rounds,
        unit_id uuid NOT NULL, path text COLLATE "C" NOT NULL, person_id uuid NOT NULL, office text NOT NULL,
        answer text CHECK (answer IN ('accepted', 'declined')), invited_by uuid NOT NULL,
        invited_at timestamptz NOT NULL, answered_at timestamptz, attended_at timestamptz, version int NOT NULL,
        UNIQUE (workshop_id, person_id)
    )""",
    "CREATE INDEX invitations_path ON invitations (path)",
    "CREATE INDEX invitations_workshop ON invitations (workshop_id, path, id)",
    "CREATE INDEX invitations_person ON invitations (person_id, id)",
    """
    CREATE TABLE attendances (
        id uuid PRIMARY KEY, invitation_id uuid NOT NULL REFERENCES invitations,
        workshop_id uuid NOT NULL REFERENCES workshops, unit_id uuid NOT NULL, path text COLLATE "C" NOT NULL,
        seen_at timestamptz NOT NULL, recorded_at timestamptz NOT NULL, recorded_by uuid NOT NULL,
        duplicate bool NOT NULL
    )""",
    "CREATE INDEX attendances_path ON attendances (path)",
    "CREATE UNIQUE INDEX attendances_first ON attendances (invitation_id) WHERE NOT duplicate",
)

_INVITED_TO = f"SELECT workshop_id FROM invitations WHERE {own_row('person_id')}"  # noqa: S608 - constants.

WALLS = (
    *second_wall("plans"),
    "CREATE POLICY seen_from_below ON plans FOR SELECT USING (id IN (SELECT plan_id FROM allocations))",
    *second_wall("rounds", "plan_id IN (SELECT id FROM plans)"),
    *second_wall("workshops"),
    "CREATE POLICY seen_from_below ON workshops FOR SELECT USING (id IN (SELECT workshop_id FROM allocations))",
    f"CREATE POLICY seen_by_invitee ON workshops FOR SELECT USING (id IN ({_INVITED_TO}))",
    *second_wall("allocations"),
    *second_wall("invitations"),
    f"CREATE POLICY seen_by_invitee ON invitations FOR SELECT USING ({own_row('person_id')})",
    *second_wall("attendances"),
)

GRANTS = (
    grant(APP, "plans", "SELECT, INSERT, UPDATE (path)"),
    grant(APP, "rounds", "SELECT, INSERT"),
    grant(APP, "workshops", "SELECT, INSERT, UPDATE (path)"),
    grant(APP, "allocations", "SELECT, INSERT, UPDATE (path, invited, accepted, declined, attended)"),
    grant(APP, "invitations", "SELECT, INSERT, UPDATE (path, answer, answered_at, attended_at, version)"),
    grant(APP, "attendances", "SELECT, INSERT, UPDATE (path)"),
)


def upgrade() -> None:
    for statement in (*chassis_tables(APP), *hierarchy_tables(APP), *TABLES, *WALLS, *GRANTS):
        op.execute(statement)
