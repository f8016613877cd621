"""What every request meets before Django and every answer passes after it: pure ASGI, no Django.

`edge(app)` wraps the HTTP side of `config.asgi` (it may wrap the websocket side too: that one only gets a request id
bound for the logs). Inner code names the tenant and the person of the access-log line with
`structlog.contextvars.bind_contextvars(tenant=..., person=...)`, from any thread, before the answer starts.
"""

from config.edge.door import edge

__all__ = ["edge"]
