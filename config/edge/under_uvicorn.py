"""What uvicorn refuses before any application is asked, told in the contract's shape: `uvicorn --http` takes `Http`."""

from __future__ import annotations

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from config.edge.refusals import unheard
from realtime.scope import ON_SHUTDOWN


class Http(H11Protocol):
    """HTTP/1.1 by h11, whose one answer of its own (to what is no HTTP) is JSON; it ends streams when it stops."""

    def shutdown(self) -> None:
        super().shutdown()
        self.end_stream()

    def end_stream(self) -> None:
        """An answer that goes on as long as somebody listens comes to its end."""
        if self.cycle is not None and not self.cycle.response_complete:
            end = self.cycle.scope["state"].get(ON_SHUTDOWN)
            if end is not None:
                end()

    def send_400_response(self, msg: str) -> None:
        headers, answer = unheard(400)
        response = h11.Response(status_code=400, headers=[*headers, (b"connection", b"close")], reason=b"Bad Request")
        for event in (response, h11.Data(data=answer), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
