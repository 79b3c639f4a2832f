"""One file per read: SQL straight to a result type."""
