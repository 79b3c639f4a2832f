"""An erasure remembers everybody by whom the person signed in, those of merged records too."""

from alembic import op

from sangathan_chassis.ddl import grant

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


STATEMENTS = (
    "ALTER TABLE erasures ADD COLUMN merged_person_ids uuid[] NOT NULL DEFAULT '{}'",
    "CREATE INDEX erasures_merged ON erasures USING gin (merged_person_ids) WHERE merged_person_ids <> '{}'",
    grant("registry_app", "erasures", "UPDATE (merged_person_ids)"),
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
