"""What identity is told from outside, besides what every service is told."""

from pathlib import Path

from pydantic import Field

from sangathan_chassis.settings import MigratorSettings, ServiceSettings
from sangathan_chassis.sms import SmsSettings


class IdentitySettings(SmsSettings, ServiceSettings):
    """Settings of the running service."""

    seal_key_file: Path = Field(description="Keys that seal phone numbers, successors of tokens and private keys.")
    public_url: str = Field(
        default="http://127.0.0.1:8000",
        pattern=r"^https?://[^\s/?#]+$",
        description="Where the gateway is reached from outside, without a closing slash: the OpenID issuer.",
    )
    signing_key_days: int = Field(default=90, ge=2, le=3_660, description="How long a signing key signs.")
    sms_price_paise: int = Field(default=20, ge=0, le=10_000, description="What one message costs, in paise.")
    sms_paise_a_day: int = Field(default=1_000_000, ge=0, description="What a day's messages may cost; 0: no limit.")
    codes_per_address: int = Field(default=60, ge=1, le=100_000, description="Codes one address may ask for an hour.")
    taken_numbers_per_day: int = Field(
        default=200,
        ge=1,
        description="How many numbers one person who appoints may find to be other people's in a day.",
    )
    password_threads: int = Field(default=2, ge=1, le=32, description="Argon2 checks that run at the same time.")
    password_queue: int = Field(
        default=64, ge=1, le=10_000, description="Argon2 checks that may wait; more are refused."
    )
    passkey_domain: str = Field(
        default="localhost", description="The domain that passkeys belong to (RP ID); changing it makes all useless."
    )
    passkey_origins: list[str] = Field(
        default=["http://localhost:8000"], description="Origins whose pages may ask for a passkey, as JSON."
    )
    breached_passwords_file: Path | None = Field(
        default=None,
        description="Sorted SHA-1 hashes of breached passwords, one a line in hex; beside the shipped common words.",
    )


class LoadSettings(MigratorSettings):
    """Settings of `load`: the owner's URL, and the keys that seal what is loaded."""

    seal_key_file: Path
