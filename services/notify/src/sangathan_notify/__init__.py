"""Inboxes, deliveries and broadcasts with their sequence."""
