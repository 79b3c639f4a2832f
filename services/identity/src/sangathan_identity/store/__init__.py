"""Tables and write statements; every one carries the scope."""
