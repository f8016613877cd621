"""Serves HTTP and sockets: `python -m config.web`, with uvicorn or, where HUB_SERVER=daphne, with daphne.

PORT and HOST say where. Both servers are held to the same limits; what proxies say is read at the edge, for both.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys

# Before the settings are read: the web serves from a pool; commands and workers keep one connection a thread.
os.environ.setdefault("HUB_DB_POOL", "16")

import structlog

from config.env import env
from config.logging import configure

APPLICATION = "config.asgi:application"
WS_PROTOCOL = "realtime.frames:FrameProtocol"
"""uvicorn's own protocol with ready-made frames and an end that does not wait."""
WS_MAX_BYTES = 64 * 1024
"""The largest message a client may send; a larger one closes the socket with 1009 (RFC 6455, 7.4.1)."""
PING_SECONDS = 20.0
"""Between two pings, and the longest wait for the answer to one."""
GRACEFUL_SECONDS = 5
"""What requests under way get to finish after SIGTERM."""


def serve_with_uvicorn(host: str, port: int) -> int:
    """Serves until SIGTERM or SIGINT; 1 when it could not start (it said why)."""
    import uvicorn

    from config.edge.under_uvicorn import Http

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # Not after `run`: that ends the process by the signal that stopped it.
            await super().shutdown(sockets)
            await asyncio.get_running_loop().run_in_executor(None, stop_watching)

    server = Server(
        uvicorn.Config(
            APPLICATION,
            host=host,
            port=port,
            loop="uvloop",
            http=Http,
            ws=WS_PROTOCOL,
            ws_max_size=WS_MAX_BYTES,
            ws_ping_interval=PING_SECONDS,
            ws_ping_timeout=PING_SECONDS,
            ws_per_message_deflate=False,  # costs 300 kB a socket and saves little on small frames
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # the edge reads them
            timeout_graceful_shutdown=GRACEFUL_SECONDS,
        )
    )
    start_watching()
    server.run()
    return 0 if server.started else 1


def serve_with_daphne(host: str, port: int) -> int:
    """The same with daphne."""
    from daphne.endpoints import (
        build_endpoint_description_strings,
    )
    from daphne.server import Server

    from config.asgi import application
    from config.edge.under_daphne import prepare_daphne

    prepare_daphne()
    server = Server(
        application,
        endpoints=build_endpoint_description_strings(host=host, port=port),
        websocket_timeout=-1,
        websocket_max_message_size=WS_MAX_BYTES,
        websocket_max_frame_size=WS_MAX_BYTES,
        ping_interval=PING_SECONDS,
        ping_timeout=PING_SECONDS,
        application_close_timeout=GRACEFUL_SECONDS,
        server_name="",
    )
    start_watching()
    server.run()
    stop_watching()
    return 1 if server.abort_start or not server.listening_addresses else 0


def start_watching() -> None:
    """Refusals are written to the access logs by a thread of this process; `stop_watching` writes the rest."""
    import config.asgi  # noqa: F401  sets Django up, which the notes need
    from tenants.watch.notes import notes

    notes.start()


def stop_watching() -> None:
    from tenants.watch.notes import notes

    notes.stop()


def main() -> int:
    """Serves on HOST:PORT with the server that the settings name."""
    host = os.environ.get("HOST") or "127.0.0.1"
    configure(env.hub_env, env.hub_log_level)
    structlog.get_logger(__name__).info("web_starts", server=env.hub_server, host=host, port=env.port, pid=os.getpid())
    if env.hub_server == "daphne":
        return serve_with_daphne(host, env.port)
    return serve_with_uvicorn(host, env.port)


if __name__ == "__main__":
    sys.exit(main())
