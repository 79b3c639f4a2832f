"""What workshops is told from outside; nothing beyond what every service is told."""

from sangathan_chassis.settings import ServiceSettings


class WorkshopsSettings(ServiceSettings):
    """Settings of the workshops service."""
