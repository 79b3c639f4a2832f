"""Alembic revisions, run by the chassis as the owner role."""
