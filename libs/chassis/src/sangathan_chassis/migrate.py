"""Runs a service's migrations as the owner role, with lock and statement time-outs on.

One runs at a time (an advisory lock), each migration in its own transaction; running them again changes nothing.
"""

from importlib.resources import files
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from sangathan_chassis.settings import sqlalchemy_url

_LOCK = 7_305_002


async def migrate(url: str, package: str) -> str:
    """Brings the database at ``url`` to the newest revision in ``package``; gives that revision's name."""
    engine = create_async_engine(sqlalchemy_url(url), poolclass=pool.NullPool)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(lambda sync: _upgrade(sync, package))
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, package: str) -> str:
    config = Config()
    config.set_main_option("script_location", str(files(package)))
    config.set_main_option("version_locations", str(files(package)))
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)

    def steps(revision: Any, _context: Any) -> Any:
        return script._upgrade_revs("head", revision)  # noqa: SLF001 - Alembic offers no public name for it.

    connection.execute(text(f"SELECT pg_advisory_lock({_LOCK})"))
    connection.execute(text("SET lock_timeout = '5s'"))
    connection.execute(text("SET statement_timeout = '15min'"))
    connection.commit()
    try:
        with EnvironmentContext(config, script, fn=steps) as environment:
            environment.configure(connection=connection, target_metadata=None, transaction_per_migration=True)
            environment.run_migrations()
        connection.commit()
        return script.get_current_head() or ""
    finally:
        connection.rollback()
        connection.execute(text(f"SELECT pg_advisory_unlock({_LOCK})"))
        connection.commit()
