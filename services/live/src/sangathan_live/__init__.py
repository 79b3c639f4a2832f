"""The connection edge: WebSocket and SSE, by unit subtree."""
