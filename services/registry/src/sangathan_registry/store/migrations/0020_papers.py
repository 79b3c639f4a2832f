"""Serials of printed papers: eight digits, used once each over all drives."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SEQUENCE paper_serials START 10000001 MINVALUE 10000001 MAXVALUE 99999999")
    op.execute("GRANT USAGE ON SEQUENCE paper_serials TO registry_app")
