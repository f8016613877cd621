"""What every request meets before Django and every answer passes after it: pure ASGI, no Django.

`edge(app, policy)` wraps the HTTP side of `config.asgi` (it may wrap the websocket side too: that one gets a request id
bound for the logs, and its client). Inner code names the tenant and the person of the access-log line with
`structlog.contextvars.bind_contextvars(tenant=..., person=...)`, from any thread, before the answer starts.
"""

from config.edge.door import edge
from config.edge.policy import Policy

__all__ = ["Policy", "edge"]
