"""What the registry is told from outside."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

from pydantic import Field

from sangathan_chassis.settings import MigratorSettings, ServiceSettings
from sangathan_chassis.sms import SmsSettings


class RegistrySettings(SmsSettings, ServiceSettings):
    """Settings of the running service."""

    seal_key_file: Path = Field(description="Keys that seal phone numbers; the last line also gives the blind index.")
    card_key_file: Path = Field(description="Keys that sign membership cards: the first signs, all are published.")
    public_url: str = Field(
        default="",
        pattern=r"^(https?://[^\s/?#]+)?$",
        description="Where the gateway is reached from outside, as cards say where they are checked; empty: unsaid.",
    )
    card_valid_days: int = Field(default=1095, ge=1, le=3650, description="For how long a card is good.")
    questions_per_day: int = Field(default=50, ge=1, description="How often one person may ask 'is this one of ours?'.")
    openings_per_day: int = Field(default=5, ge=1, description="How many records one person may break the glass for.")
    transfers_file: Path | None = Field(
        default=None, description="Whose consent a transfer between units needs; empty: as the shipped file says."
    )
    transfer_days: int = Field(default=30, ge=1, le=365, description="For how many days a transfer is waited for.")
    export_days: int = Field(default=2, ge=1, le=30, description="After how many days an export is gone.")
    exports_per_day: int = Field(default=10, ge=1, description="How many exports an office may ask for in 24 hours.")
    export_every_s: float = Field(default=1.0, gt=0, description="How often exports that wait are looked for.")
    notices_dir: Path | None = Field(
        default=None, description="A folder with further versions and languages of the notice, as the shipped ones."
    )
    messages_per_minute: int = Field(
        default=0,
        ge=0,
        le=100_000,
        description="How many people of new records a minute are asked to confirm their consent; 0: only who asks.",
    )
    renotice_days: int = Field(
        default=30,
        ge=1,
        le=365,
        description="Within how many days people who were imported, or agreed on an older notice, are told of it.",
    )
    messages_from_hour: int = Field(default=10, ge=0, le=23, description="From which hour in India they are asked.")
    messages_to_hour: int = Field(
        default=21, ge=0, le=23, description="Until which hour; the same as the first: at any time."
    )
    codes_per_address: int = Field(default=60, ge=1, le=100_000, description="Codes one address may ask for an hour.")
    codes_per_day: int = Field(
        default=50_000, ge=0, description="Codes that go out on a day because people ask to confirm; 0: no limit."
    )
    codes_per_unit_day: int = Field(
        default=300, ge=0, description="Of these to the people of one unit, such as a booth; 0: no limit."
    )
    send_every_s: float = Field(default=1.0, gt=0, description="How often text messages that wait are sent.")
    erasure_days: int = Field(
        default=30, ge=0, le=90, description="For how many days an erasure can be taken back before it is final."
    )
    purge_every_s: float = Field(
        default=60.0, gt=0, description="How often erasures whose date has come are made final."
    )
    evidence_dir: Path = Field(
        description="Where evidence files of cases lie, sealed; every process of the registry shares it."
    )
    picture_threads: int = Field(default=2, ge=1, le=32, description="How many photos are drawn anew at once.")
    pictures_waiting: int = Field(default=32, ge=0, description="How many more may wait, before others are refused.")
    cases_kept_days: int = Field(
        default=730, ge=1, description="How long a decided case is kept before it is forgotten."
    )
    report_unit_id: UUID | None = Field(
        default=None, description="The unit that looks at reports of the public which name none; empty: the topmost."
    )
    flag_every_s: float = Field(default=2.0, gt=0, description="How often what drives brought is held against limits.")
    join_every_s: float = Field(
        default=10.0, gt=0, description="How often what shows consent, and came before its record, is joined to it."
    )
    match_every_s: float = Field(default=1.0, gt=0, description="How often new names are compared with the others.")
    import_every_s: float = Field(default=1.0, gt=0, description="How often imports that wait are worked on.")
    imports_kept_days: int = Field(
        default=14,
        ge=1,
        description="How long rejects and offices of an import are kept; never longer than an erasure waits.",
    )
    fold_every_s: float = Field(default=1.0, gt=0, description="How often counters take in what was written since.")

    @property
    def imports_kept(self) -> timedelta:
        """For how long what became of an import's rows is kept: what was there when somebody asked is gone in time."""
        return timedelta(days=max(1, min(self.imports_kept_days, self.erasure_days)))


class LoadSettings(MigratorSettings):
    """Settings of `load`: the owner's URL and the same sealing keys as the service."""

    seal_key_file: Path
