"""One function per event type, each calling one command."""
