"""Rules as plain data and functions; standard library only."""
