"""Whether this process is alive, and whether it should get requests: it needs identity's keys and the unit tree."""

from typing import TYPE_CHECKING

from sangathan_gateway.feed import Follower
from sangathan_gateway.pages import json_reply
from sangathan_gateway.replies import Reply
from sangathan_gateway.trust import PublicKeys

if TYPE_CHECKING:
    from sangathan_gateway.exchange import Exchange


class Health:
    """The answers to `/livez` and `/readyz`; a service that is down does not make the gateway unready."""

    def __init__(self, keys: PublicKeys, follower: Follower) -> None:
        self._keys = keys
        self._follower = follower
        self.draining = False

    def livez(self, _exchange: "Exchange") -> Reply:
        """The event loop turns."""
        return json_reply({"status": "ok"})

    def readyz(self, _exchange: "Exchange") -> Reply:
        """Ready, or per check what is wrong; a silent broker is said but does not take the gateway out."""
        checks = {
            "keys": "" if self._keys.current else "identity's public keys have not been fetched yet",
            "units": "" if self._follower.hierarchy.loaded else "the unit tree has not been loaded yet",
        }
        if self.draining:
            checks["draining"] = "this process is about to stop"
        ready = not any(checks.values())
        feed = "the broker is silent: sessions are asked for at identity" if self._follower.stale() else "ok"
        said = {name: wrong or "ok" for name, wrong in checks.items()} | {"feed": feed}
        return json_reply({"status": "ready" if ready else "not ready", "checks": said}, 200 if ready else 503)
