"""The one way in which the embedded servers say that they cannot do what was asked."""


class EmbeddedFault(Exception):  # noqa: N818 - it is a fault of the surroundings, told in one sentence.
    """Why a server cannot start, as one plain sentence for the person at the terminal."""


class PortTaken(EmbeddedFault):
    """Another program listens where a server was to listen."""


class DataInUse(EmbeddedFault):
    """Another process runs servers on this data directory."""
