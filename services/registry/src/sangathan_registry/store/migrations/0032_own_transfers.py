"""A worker may ask for their own transfer."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

# NOT VALID: the rows there are passed the narrower rule.
STATEMENTS = (
    "ALTER TABLE transfers DROP CONSTRAINT transfers_asked_from_check",
    """
ALTER TABLE transfers ADD CONSTRAINT transfers_asked_from_check
    CHECK (asked_from IN ('giving', 'receiving', 'above', 'worker')) NOT VALID
""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
