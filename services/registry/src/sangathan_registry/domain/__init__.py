"""Rules of the registry as plain data and functions; standard library only."""
