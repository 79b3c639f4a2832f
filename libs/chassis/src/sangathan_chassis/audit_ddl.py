"""SQL for the audit trail: the entries, their links, and the function that makes them."""

from sangathan_chassis.ddl import PATH_RANGE, grant, own_row

ENTRIES = """
CREATE TABLE audit_entries (
    id uuid PRIMARY KEY, at timestamptz NOT NULL, action text NOT NULL, outcome text NOT NULL,
    person_id uuid, session_id uuid, appointment_id uuid, office text NOT NULL, unit_id uuid,
    path text COLLATE "C" NOT NULL, subject_id uuid, purpose text, request_id text NOT NULL, detail jsonb NOT NULL
)"""
INDEXES = (
    "CREATE INDEX audit_entries_path ON audit_entries (path, id)",
    "CREATE INDEX audit_entries_person ON audit_entries (person_id, id)",
    "CREATE INDEX audit_entries_subject ON audit_entries (subject_id, id)",
)
# Whoever acted and whoever was acted upon may read it, wherever the unit is; writing is never refused for its place.
WALLS = (
    "ALTER TABLE audit_entries ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE audit_entries FORCE ROW LEVEL SECURITY",
    f"CREATE POLICY scope ON audit_entries FOR SELECT USING ({PATH_RANGE})",
    f"CREATE POLICY own ON audit_entries FOR SELECT USING ({own_row('person_id')} OR {own_row('subject_id')})",
    "CREATE POLICY append ON audit_entries FOR INSERT WITH CHECK (true)",
)

LINKS = (
    """
CREATE TABLE audit_links (
    seq bigint PRIMARY KEY, entry_id uuid NOT NULL UNIQUE, hash bytea NOT NULL, linked_at timestamptz NOT NULL
)""",
    "CREATE TABLE audit_pending (entry_id uuid PRIMARY KEY)",
    # As the owner: the service itself can neither hold an entry back from its link nor take one away.
    """
CREATE FUNCTION await_audit_link() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO audit_pending SELECT id FROM added;
    RETURN NULL;
END $$""",
    """
CREATE TRIGGER await_audit_link AFTER INSERT ON audit_entries REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION await_audit_link()""",
    # A null adds nothing to the text, so that a later release may add columns; the path follows the unit.
    """
CREATE FUNCTION audit_text(entry audit_entries) RETURNS text LANGUAGE sql STABLE
SET timezone = 'UTC' SET datestyle = 'ISO' SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT jsonb_strip_nulls(to_jsonb(entry) - 'path')::text
$$""",
    """
CREATE FUNCTION link_audit(most int, OUT linked int, OUT seq bigint, OUT hash bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE waiting record;
BEGIN
    linked := 0;
    IF NOT pg_try_advisory_xact_lock(7305003) THEN RETURN; END IF;
    PERFORM set_config('app.lo', '', true), set_config('app.hi', '~', true);
    SELECT l.seq, l.hash INTO seq, hash FROM audit_links l ORDER BY l.seq DESC LIMIT 1;
    IF NOT FOUND THEN seq := 0; hash := ''; END IF;
    FOR waiting IN
        SELECT e.id, audit_text(e) AS text FROM audit_pending p JOIN audit_entries e ON e.id = p.entry_id
        ORDER BY e.id LIMIT most
    LOOP
        seq := seq + 1;
        linked := linked + 1;
        hash := sha256(hash || convert_to(waiting.text, 'UTF8'));
        INSERT INTO audit_links VALUES (seq, waiting.id, hash, clock_timestamp());
        DELETE FROM audit_pending p WHERE p.entry_id = waiting.id;
    END LOOP;
END $$""",
    "REVOKE ALL ON FUNCTION link_audit(int), await_audit_link(), audit_text(audit_entries) FROM PUBLIC",
)


def audit_tables(app_role: str) -> list[str]:
    """Statements for a trail of the common shape, behind the second wall, and its links."""
    return [ENTRIES, *INDEXES, *WALLS, grant(app_role, "audit_entries", "SELECT, INSERT"), *audit_links(app_role)]


def audit_links(app_role: str) -> list[str]:
    """Statements that link the table ``audit_entries``, which a service may also have shaped for itself."""
    return [*LINKS, f"GRANT EXECUTE ON FUNCTION link_audit(int) TO {app_role}"]
