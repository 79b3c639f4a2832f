"""What the registry is told from outside."""

from pathlib import Path

from pydantic import Field

from sangathan_chassis.settings import MigratorSettings, ServiceSettings


class RegistrySettings(ServiceSettings):
    """Settings of the running service."""

    seal_key_file: Path = Field(description="Keys that seal phone numbers; the last line also gives the blind index.")
    questions_per_day: int = Field(default=50, ge=1, description="How often one person may ask 'is this one of ours?'.")
    openings_per_day: int = Field(default=5, ge=1, description="How many records one person may break the glass for.")
    match_every_s: float = Field(default=1.0, gt=0, description="How often new names are compared with the others.")
    fold_every_s: float = Field(default=1.0, gt=0, description="How often counters take in what was written since.")


class LoadSettings(MigratorSettings):
    """Settings of `load`: the owner's URL and the same sealing keys as the service."""

    seal_key_file: Path
