"""What the registry does about events of other services."""
