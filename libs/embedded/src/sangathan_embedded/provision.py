"""The databases and roles of one cluster, said again at every start so that they agree with the secrets."""

from collections.abc import Sequence

from sangathan_embedded.postgres import PostgresServer
from sangathan_embedded.secret_files import SecretFiles

# Neither role may do more than log in: what the migrator may, it may by owning its database.
_ROLE = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"


def provision(server: PostgresServer, secrets: SecretFiles, services: Sequence[str]) -> None:
    """Gives each service a database, a role that owns it, and a role that may only connect to it."""
    server.psql(databases_sql(secrets, services))


def databases_sql(secrets: SecretFiles, services: Sequence[str]) -> str:
    """The same as psql input, passwords included; running it again changes nothing."""
    lines = [f"REVOKE CONNECT, TEMPORARY ON DATABASE {name} FROM PUBLIC;" for name in ("postgres", "template1")]
    for service in services:
        for role in ("migrator", "app"):
            lines += _role(f"{service}_{role}", secrets.role_password(service, role))
        lines += _database(service)
    return "\n".join(lines) + "\n"


def _role(name: str, password: str) -> list[str]:
    missing = f"NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}')"
    return [
        f"SELECT 'CREATE ROLE {name}' WHERE {missing}\\gexec",
        f"ALTER ROLE {name} {_ROLE} PASSWORD '{password}';",
    ]


def _database(service: str) -> list[str]:
    missing = f"NOT EXISTS (SELECT FROM pg_database WHERE datname = '{service}')"
    return [
        f"SELECT 'CREATE DATABASE {service} OWNER {service}_migrator' WHERE {missing}\\gexec",
        f"REVOKE CONNECT, TEMPORARY ON DATABASE {service} FROM PUBLIC;",
        f"GRANT CONNECT ON DATABASE {service} TO {service}_app;",
    ]
