"""What stands in an HTTP request's ASGI scope for answers that go on: put there by the edge and by the server."""

RAW_SEND = "hub.send"
"""The server's own `send`, by which a full connection is recognised."""
ON_SHUTDOWN = "hub.on_shutdown"
"""In the scope's `state`: what ends the answer when the server stops."""
