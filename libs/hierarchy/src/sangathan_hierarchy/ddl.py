"""SQL for a service's migration: the replica's tables, and the guard that compares tree versions.

The guard runs in the same statement batch as the scope. It raises SG001 when this replica is older than the tree under
which the gateway resolved the range, and SG002 when it is newer and the caller's unit has moved since. A writer also
shares an advisory lock with the applier of moves, so that a move never slips in between the guard and the write.
"""

from sangathan_chassis.caller import Caller
from sangathan_chassis.ddl import grant
from sangathan_chassis.faults import TREE_BEHIND, TREE_MOVED

TREE_LOCK = 7_305_004

UNIT_REPLICA = """
CREATE TABLE unit_replica (
    unit_id uuid PRIMARY KEY, parent_id uuid, level text NOT NULL, code text NOT NULL,
    path text COLLATE "C" NOT NULL, name_hi text NOT NULL, name_en text NOT NULL,
    version int NOT NULL, closed_at timestamptz
)"""
UNIT_PATH_INDEX = "CREATE INDEX unit_replica_path ON unit_replica (path)"
APPOINTMENT_REPLICA = """
CREATE TABLE appointment_replica (
    appointment_id uuid PRIMARY KEY, person_id uuid NOT NULL, office text NOT NULL, unit_id uuid NOT NULL,
    valid_from timestamptz NOT NULL, valid_to timestamptz, version int NOT NULL, ended_at timestamptz
)"""
APPOINTMENT_INDEXES = (
    "CREATE INDEX appointment_replica_unit ON appointment_replica (unit_id, office)",
    "CREATE INDEX appointment_replica_person ON appointment_replica (person_id)",
)
REPLICA_STATE = (
    "CREATE TABLE replica_state (only_row bool PRIMARY KEY DEFAULT true CHECK (only_row), tree_version bigint NOT NULL)"
)
# Added by each service's own migration: null for an appointment in its own right.
DELEGATIONS = "ALTER TABLE appointment_replica ADD delegated_from uuid"
TREE_GUARD = f"""
CREATE FUNCTION tree_guard(asked bigint, unit uuid, lo text) RETURNS void LANGUAGE plpgsql STABLE AS $$
DECLARE
    mine bigint;
    here text;
BEGIN
    SELECT tree_version INTO mine FROM replica_state;
    IF mine = asked THEN RETURN; END IF;
    IF mine IS NULL OR mine < asked THEN
        RAISE EXCEPTION 'tree replica is behind' USING ERRCODE = '{TREE_BEHIND}';
    END IF;
    SELECT path INTO here FROM unit_replica WHERE unit_id = unit;
    IF here IS DISTINCT FROM lo THEN
        RAISE EXCEPTION 'unit has moved' USING ERRCODE = '{TREE_MOVED}';
    END IF;
END $$
"""  # noqa: S608 - constants of this code base.


def hierarchy_tables(app_role: str) -> list[str]:
    """Statements for the replica and its guard, with what the app role may do to them."""
    return [
        UNIT_REPLICA,
        UNIT_PATH_INDEX,
        APPOINTMENT_REPLICA,
        *APPOINTMENT_INDEXES,
        REPLICA_STATE,
        TREE_GUARD,
        *(
            grant(app_role, table, "SELECT, INSERT, UPDATE, DELETE")
            for table in ("unit_replica", "appointment_replica", "replica_state")
        ),
    ]


def tree_guard(caller: Caller, *, writes: bool) -> str:
    """The guard's SQL for this caller, whose range must be exactly the subtree of ``caller.unit_id``."""
    lock = f"SELECT pg_advisory_xact_lock_shared({TREE_LOCK}); " if writes else ""
    return f"; {lock}SELECT tree_guard({caller.tree_version:d}, '{caller.unit_id}', '{caller.scope.lo}')"
