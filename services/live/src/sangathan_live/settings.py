"""What the connection edge is told from outside; read once, in main."""

from pathlib import Path

from pydantic import Field

from sangathan_chassis.settings import ProcessSettings


class LiveSettings(ProcessSettings):
    """Settings of one live edge; the figures are per process."""

    port: int = Field(default=8001, ge=0, le=65535)
    nats_user: str = "live"
    assertion_key_file: Path
    live_processes: int = Field(default=1, ge=1, le=256, description="Processes that share the port, one per core.")
    live_max_connections: int = Field(default=15_000, ge=1)
    live_connects_per_s: int = Field(default=1_000, ge=1, description="Further connects are answered 503.")
    live_buffer_bytes: int = Field(default=65_536, ge=4_096, description="A client with more unread than this is cut.")
    live_ring: int = Field(default=1_024, ge=1, description="How many casts a reconnecting client can be filled from.")
    live_ping_seconds: float = Field(default=25.0, gt=0, description="Two unanswered pings end a connection.")
    live_max_age_seconds: float = Field(default=3_600.0, gt=0, description="Then a client must show a new ticket.")
    live_retry_seconds: float = Field(default=10.0, ge=0, description="Reconnects are spread over at least this long.")
    live_origins: str = Field(
        default="*",
        description="Web origins that may connect, comma-separated. Any, by default: a ticket is never sent by itself "
        "as a cookie is, so a foreign page has nothing to connect with.",
    )

    @property
    def origins(self) -> frozenset[str]:
        """The allowed origins; `*` stands for any."""
        return frozenset(o.strip().rstrip("/") for o in self.live_origins.split(",") if o.strip())
