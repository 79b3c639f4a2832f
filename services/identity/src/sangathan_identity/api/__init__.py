"""Parse, call one use case, shape the reply."""
