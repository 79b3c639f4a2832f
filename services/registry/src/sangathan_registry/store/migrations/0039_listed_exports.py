"""An export notes first which records are in it; where its next page began says nothing any more, and goes later."""

from alembic import op

from sangathan_chassis.ddl import grant

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


# A process of the release before that meets an export with parts to be filled writes none: their keys are taken.
STATEMENTS = (
    "ALTER TABLE exports ADD COLUMN listed_at timestamptz",
    "ALTER TABLE export_parts ALTER COLUMN sealed DROP NOT NULL",
    grant("registry_app", "exports", "UPDATE (listed_at)"),
    grant("registry_app", "export_parts", "UPDATE (worker_ids)"),
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
