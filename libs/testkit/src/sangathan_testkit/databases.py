"""A database of its own for each test that wants one: a clone of the service's migrated database, made in moments."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from sangathan_chassis.database import Database, Work
from sangathan_chassis.migrate import migrate
from sangathan_chassis.scope import Scope

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """The same database for three roles: the service's, its owner's, and the server's superuser."""

    app: str
    migrator: str
    superuser: str

    def named(self, name: str) -> "DatabaseUrls":
        """The URLs of another database on the same server."""
        return DatabaseUrls(*(_with_name(url, name) for url in (self.app, self.migrator, self.superuser)))


FreshDatabase = Callable[[str], Awaitable[DatabaseUrls]]
"""Gives a service a database of its own."""


def _with_name(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


class Templates:
    """Migrates each service's database once, and clones it as often as asked."""

    def __init__(self) -> None:
        self._migrated: set[str] = set()

    async def clone(self, service: str, urls: DatabaseUrls) -> DatabaseUrls:
        """A fresh database with the service's newest schema, which only its two roles may open."""
        if service not in self._migrated:
            await migrate(urls.migrator, f"sangathan_{service}.store.migrations")
            self._migrated.add(service)
        return await self._create(service, service, urls)

    async def empty(self, service: str, urls: DatabaseUrls) -> DatabaseUrls:
        """A database without any table, for the service's two roles."""
        return await self._create(service, "template0", urls)

    async def _create(self, service: str, template: str, urls: DatabaseUrls) -> DatabaseUrls:
        name = f"{service}_{next(_numbers)}"
        server = await asyncpg.connect(_with_name(urls.superuser, "postgres"))
        try:
            # Copying files writes no log of them; nobody recovers a test's database.
            await server.execute(
                f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY OWNER {service}_migrator'
            )
            await server.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
            await server.execute(f'GRANT CONNECT ON DATABASE "{name}" TO {service}_app')
        finally:
            await server.close()
        return urls.named(name)


@asynccontextmanager
async def lent(make: FreshDatabase) -> AsyncIterator[FreshDatabase]:
    """Makes databases for as long as the block lasts, and then removes them, whoever is still connected."""
    made: list[DatabaseUrls] = []

    async def give(service: str) -> DatabaseUrls:
        made.append(await make(service))
        return made[-1]

    try:
        yield give
    finally:
        for urls in made:
            server = await asyncpg.connect(_with_name(urls.superuser, "postgres"))
            try:
                await server.execute(f'DROP DATABASE "{urlsplit(urls.superuser).path[1:]}" WITH (FORCE)')
            finally:
                await server.close()


async def everything_in(urls: DatabaseUrls) -> dict[str, str]:
    """Every row of every table of a database, as the superuser sees it: documents as text, bytes in hex."""
    connection = await asyncpg.connect(urls.superuser)
    try:
        tables = await connection.fetch(
            "SELECT quote_ident(relname) FROM pg_class"
            " WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        )
        return {
            table: "\n".join(row[0] for row in await connection.fetch(f"SELECT t::text FROM {table} t"))  # noqa: S608
            for (table,) in tables
        }
    finally:
        await connection.close()


class _Undone(Exception):  # noqa: N818 - it only ends a transaction.
    pass


@asynccontextmanager
async def rolled_back(database: Database, scope: Scope) -> AsyncIterator[Work]:
    """A work that is never committed, whatever happens in it."""
    try:
        async with database.work(scope) as work:
            yield work
            raise _Undone  # noqa: TRY301 - only an exception rolls the work back.
    except _Undone:
        pass
