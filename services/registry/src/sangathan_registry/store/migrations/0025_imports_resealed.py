"""What an import holds may be sealed anew when the key is."""

from alembic import op

from sangathan_chassis.ddl import grant

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(grant("registry_app", "worker_imports", "UPDATE (reading)"))
    op.execute(grant("registry_app", "worker_import_files", "UPDATE (sealed)"))
