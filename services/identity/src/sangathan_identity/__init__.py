"""The unit tree, offices, appointments, sign-in, keys."""
