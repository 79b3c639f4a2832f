"""Which workers were named one by one when a unit was split: a replica that missed it takes them along as well."""

from alembic import op

from sangathan_chassis.ddl import grant, second_wall

revision = "identity_0009"
down_revision = "identity_0008"

# Ids alone. Splits that an earlier release has made are told by their events, and by nothing else.
TABLE = """
CREATE TABLE split_workers (
    created_id uuid NOT NULL REFERENCES units, worker_id uuid NOT NULL, unit_id uuid NOT NULL REFERENCES units,
    split_at timestamptz NOT NULL, PRIMARY KEY (created_id, worker_id)
)"""
INDEX = "CREATE INDEX split_workers_worker ON split_workers (worker_id)"
# They are in sight wherever the unit is that was split, so that they follow it when it moves.
SEEN_WITH_UNIT = "EXISTS (SELECT FROM units u WHERE u.id = unit_id)"


def upgrade() -> None:
    walls = second_wall("split_workers", SEEN_WITH_UNIT)
    for statement in [TABLE, INDEX, *walls, grant("identity_app", "split_workers", "SELECT, INSERT, DELETE")]:
        op.execute(statement)
