"""Serves HTTP and sockets: `python -m config.web`, with uvicorn or, where HUB_SERVER=daphne, with daphne.

PORT and HOST say where. Both servers are held to the same limits; what proxies say is read at the edge, for both.
"""

from __future__ import annotations

import os
import socket
import sys
from typing import Any

# Before the settings are read: the web serves from a pool; commands and workers keep one connection a thread.
os.environ.setdefault("HUB_DB_POOL", "16")

import structlog

from config.beside import hear_of_others, start_watching, stop_watching
from config.env import env
from config.fleet import Fleet, listen
from config.fleet_names import LISTEN_FD, say_ready
from config.logging import configure
from config.meters import share_meters

APPLICATION = "config.asgi:application"
WS_PROTOCOL = "realtime.frames:FrameProtocol"
"""uvicorn's own protocol with ready-made frames and an end that does not wait."""
WS_MAX_BYTES = 64 * 1024
"""The largest message a client may send; a larger one closes the socket with 1009 (RFC 6455, 7.4.1)."""
PING_SECONDS = 20.0
"""Between two pings, and the longest wait for the answer to one."""
KEEP_ALIVE_SECONDS = 75
"""Longer than a proxy keeps a connection that it does not use: who answers must not be who closes first."""


def serve_with_uvicorn(listener: socket.socket, *, shared: bool) -> int:
    """Serves until SIGTERM or SIGINT; 1 when it could not start (it said why)."""
    import uvicorn

    from config.edge.under_uvicorn import Http
    from config.graceful import Server

    server = Server(
        uvicorn.Config(
            APPLICATION,
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
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=env.hub_stop_seconds,  # type: ignore[arg-type]  # it is waited for: fractions are fine
        ),
        listener,
        shared=shared,
    )
    start_watching()
    server.run([listener])
    return 0 if server.started else 1


def serve_with_daphne(listener: socket.socket) -> int:
    """The same with daphne, which ends less gently: it finishes requests, but does not drain."""
    from daphne.endpoints import (
        build_endpoint_description_strings,
    )
    from daphne.server import Server
    from twisted.internet import reactor

    from config.asgi import application
    from config.edge.under_daphne import prepare_daphne

    prepare_daphne()
    server = Server(
        application,
        endpoints=build_endpoint_description_strings(file_descriptor=listener.fileno()),
        websocket_timeout=-1,
        websocket_max_message_size=WS_MAX_BYTES,
        websocket_max_frame_size=WS_MAX_BYTES,
        ping_interval=PING_SECONDS,
        ping_timeout=PING_SECONDS,
        application_close_timeout=env.hub_stop_seconds,
        server_name="",
        ready_callable=say_ready,
    )
    start_watching()
    later: Any = reactor
    later.callLater(0, hear_of_others)  # when its loop runs
    server.run()
    stop_watching()
    return 1 if server.abort_start or not server.listening_addresses else 0


def main() -> int:
    """Serves on HOST:PORT with the server that the settings name, by itself or with several processes."""
    configure(env.hub_env, env.hub_log_level)
    log = structlog.get_logger(__name__)
    shared = os.environ.get(LISTEN_FD)
    if shared:
        # The meters are shared, too: whoever started this process has made their folder.
        return serve(socket.socket(fileno=int(shared)), shared=True)
    try:
        listener = listen(env.host, env.port)
    except OSError as error:
        log.critical("web_cannot_listen", host=env.host, port=env.port, error=error.strerror)
        return 1
    share_meters("web")
    told = {"server": env.hub_server, "host": env.host, "port": env.port, "processes": env.web_processes}
    log.info("web_starts", **told, pid=os.getpid())
    if env.web_processes > 1:
        return Fleet(listener, env.web_processes).run()
    return serve(listener, shared=False)


def serve(listener: socket.socket, *, shared: bool) -> int:
    """With the server that the settings name. `shared`: others serve the same port."""
    if env.hub_server == "daphne":
        return serve_with_daphne(listener)
    return serve_with_uvicorn(listener, shared=shared)


if __name__ == "__main__":
    sys.exit(main())
