"""One record opened outside the own range for a while, and the trail as the person it is about may read it."""

from alembic import op

from sangathan_chassis.ddl import grant, own_row, second_wall

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

APP = "registry_app"
# The path is that of the record's unit; the opener's stands beside it, and both follow their units.
OPENINGS = (
    """
CREATE TABLE break_glass_openings (
    id uuid PRIMARY KEY, worker_id uuid NOT NULL, unit_id uuid NOT NULL, path text COLLATE "C" NOT NULL,
    opened_by uuid NOT NULL, appointment_id uuid NOT NULL, office text NOT NULL, opener_unit_id uuid NOT NULL,
    opener_path text COLLATE "C" NOT NULL, reason text NOT NULL, opened_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL, ended_at timestamptz, ended_by uuid,
    uses int NOT NULL DEFAULT 0, last_used_at timestamptz, told uuid[] NOT NULL,
    review_due_at timestamptz NOT NULL, reviewed_at timestamptz, reviewed_by uuid,
    verdict text CHECK (verdict IN ('justified', 'not-justified')), note text,
    CONSTRAINT an_hour_at_most CHECK (expires_at > opened_at AND expires_at <= opened_at + interval '1 hour'),
    CONSTRAINT nobody_reviews_themselves CHECK (reviewed_by <> opened_by)
)""",
    "CREATE INDEX break_glass_openings_scope ON break_glass_openings (path, id)",
    "CREATE INDEX break_glass_openings_opener ON break_glass_openings (opener_path, id)",
    "CREATE INDEX break_glass_openings_by ON break_glass_openings (opened_by, opened_at)",
    "CREATE INDEX break_glass_openings_appointment ON break_glass_openings (appointment_id)",
)
# Those above the opener see it as well as those at the record; it is written to behind the widened range alone.
SEEN_ABOVE = "opener_path >= current_setting('app.lo', true) AND opener_path < current_setting('app.hi', true)"
WRITABLE = "path, opener_path, ended_at, ended_by, uses, last_used_at, reviewed_at, reviewed_by, verdict, note"
TRAIL = (
    "CREATE INDEX audit_entries_person ON audit_entries (person_id, id)",
    "CREATE INDEX audit_entries_subject ON audit_entries (subject_id, id) WHERE subject_id IS NOT NULL",
    f"CREATE POLICY own ON audit_entries FOR SELECT USING ({own_row('person_id')} OR {own_row('subject_id')})",
)


def upgrade() -> None:
    for statement in [
        *OPENINGS,
        *second_wall("break_glass_openings"),
        f"CREATE POLICY seen_above ON break_glass_openings FOR SELECT USING ({SEEN_ABOVE})",
        grant(APP, "break_glass_openings", f"SELECT, INSERT, UPDATE ({WRITABLE})"),
        *TRAIL,
    ]:
        op.execute(statement)
