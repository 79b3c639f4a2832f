"""What crosses a boundary: events, offices, topology."""
