"""What every service is told from outside: environment variables, or files for secrets."""

import os
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SecretsSettingsSource, SettingsConfigDict

from sangathan_chassis.networks import lies_in, networks_in


class ProcessSettings(BaseSettings):
    """Settings of any process: ``SANGATHAN_<NAME>``, or a file ``sangathan_<name>`` in ``SANGATHAN_SECRETS_DIR``."""

    model_config = SettingsConfigDict(env_prefix="SANGATHAN_", frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    nats_url: str = "nats://127.0.0.1:4222"
    nats_user: str = ""
    nats_password: SecretStr = SecretStr("")
    otlp_endpoint: str = ""
    trace_sample_ratio: float = Field(default=0.01, ge=0, le=1)
    log_level: str = "INFO"
    metrics_from: str = Field(
        default="127.0.0.0/8,::1/128", description="Networks from which `/metrics` is read, by comma; from others 404."
    )
    drain_seconds: float = Field(default=0.0, ge=0, le=15, description="How long to stay up, unready, before stopping.")

    @field_validator("metrics_from")
    @classmethod
    def _names_networks(cls, text: str) -> str:
        networks_in(text)
        return text

    def shows_metrics(self, address: str, *, forwarded: bool) -> bool:
        """Whether a peer may read the metrics; nobody for whom a proxy speaks may."""
        return not forwarded and lies_in(networks_in(self.metrics_from), address)

    @classmethod
    def settings_customise_sources(  # noqa: PLR0917
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the base class names the parameters.
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment first, then secret files; no dotenv, which would be a third place to look."""
        folder = os.environ.get("SANGATHAN_SECRETS_DIR", "")
        sources: tuple[PydanticBaseSettingsSource, ...] = (init_settings, env_settings)
        if folder:
            sources += (SecretsSettingsSource(settings_cls, secrets_dir=Path(folder)),)
        return sources


class ServiceSettings(ProcessSettings):
    """Settings of a service that owns a database and answers only to the gateway's assertion."""

    database_url: SecretStr = Field(description="The app role's URL: it neither owns nor bypasses row-level security.")
    assertion_key_file: Path
    audit_head_every_s: float = Field(
        default=60.0, ge=0, description="How often the head of the audit trail is published to be countersigned."
    )
    pool_size: int = Field(default=10, ge=2, le=200)


class MigratorSettings(ProcessSettings):
    """What `migrate` and `load` need: the owner's URL, which the running service never sees."""

    migrator_url: SecretStr


def sqlalchemy_url(url: str) -> str:
    """The same PostgreSQL URL, spelled for SQLAlchemy's asyncpg dialect."""
    return "postgresql+asyncpg://" + url.split("://", 1)[1]


def read_settings(settings_type: type[Any]) -> Any:
    """Reads the settings once; raises SystemExit naming the missing or wrong setting, never its value."""
    from pydantic import ValidationError  # noqa: PLC0415 - only the failing path needs it.

    try:
        return settings_type()
    except ValidationError as error:
        names = ", ".join(f"SANGATHAN_{'_'.join(map(str, e['loc'])).upper()} ({e['msg']})" for e in error.errors())
        msg = f"settings are missing or wrong: {names}"
        raise SystemExit(msg) from None
