"""A service's own replica of units and appointments, fed by identity's events."""
