"""Parses a request, calls one use case, shapes the reply."""
