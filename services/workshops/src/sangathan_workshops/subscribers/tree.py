"""Identity's events, as far as they change the tree and the appointments."""

from typing import Final

from sangathan_chassis.consumer import Consumer
from sangathan_hierarchy.replica import SqlReplica

STREAM: Final = "EV_IDENTITY"
NAME: Final = "workshops-tree"


def tree_consumer(replica: SqlReplica) -> Consumer:
    """The consumer that keeps the replica true; the service's own rows follow through the replica's follower."""
    return Consumer(NAME, STREAM, replica.handlers())
