"""What the gateway is told from outside."""

from pathlib import Path

from pydantic import Field

from sangathan_chassis.networks import Network, networks_in
from sangathan_chassis.settings import ProcessSettings


class GatewaySettings(ProcessSettings):
    """Settings of the gateway; it has no database."""

    port: int = Field(default=8000, ge=0, le=65535)
    nats_user: str = "gateway"
    assertion_keys_dir: Path = Field(description="One <audience>.key per service and for live.")
    identity_url: str = "http://127.0.0.1:8010"
    registry_url: str = "http://127.0.0.1:8020"
    notify_url: str = "http://127.0.0.1:8030"
    workshops_url: str = "http://127.0.0.1:8040"
    live_public_url: str = "ws://127.0.0.1:8001/live"
    rate_factor: float = Field(default=1.0, gt=0, description="Widens every rate, for load tests.")
    trusted_proxies: str = Field(default="", description="Networks whose X-Forwarded-For is believed, by comma.")
    pool_size: int = Field(default=64, ge=1, le=1000, description="Connections to each service.")
    most_connections: int = Field(default=20_000, ge=1)

    def urls(self) -> dict[str, str]:
        """Where each service is."""
        return {
            "identity": self.identity_url,
            "registry": self.registry_url,
            "notify": self.notify_url,
            "workshops": self.workshops_url,
        }

    def proxies(self) -> tuple[Network, ...]:
        """The trusted networks; raises ValueError for what is none."""
        return networks_in(self.trusted_proxies)
