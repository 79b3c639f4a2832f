"""Real PostgreSQL and real NATS from their wheels, so that a laptop and a test run what a cluster runs."""

from sangathan_embedded.faults import DataInUse, EmbeddedFault, PortTaken
from sangathan_embedded.servers import EmbeddedServers
from sangathan_embedded.streams import apply_topology

__all__ = ["DataInUse", "EmbeddedFault", "EmbeddedServers", "PortTaken", "apply_topology"]
