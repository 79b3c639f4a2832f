"""Mechanism without meaning that every service stands on."""
