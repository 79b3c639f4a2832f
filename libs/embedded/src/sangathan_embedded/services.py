"""Which processes there are and what each is given: the one list that servers, command line and tests share."""

DATABASES: tuple[str, ...] = ("identity", "registry", "notify", "workshops")
"""The services that own a database of their own name."""

AUDIENCES: tuple[str, ...] = (*DATABASES, "live")
"""Whom the gateway vouches to, each under a key of its own."""

SEALING: tuple[str, ...] = ("identity", "registry")
"""The services that keep personal fields sealed."""

CARDS: str = "registry"
"""The service that signs membership cards."""

PROCESSES: tuple[str, ...] = (*DATABASES, "live", "gateway")
"""Every process, in the order in which they start."""
