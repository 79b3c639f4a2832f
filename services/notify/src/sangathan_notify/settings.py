"""What notify is told from outside; nothing beyond what every service is told."""

from sangathan_chassis.settings import ServiceSettings


class NotifySettings(ServiceSettings):
    """Settings of the notify service."""
