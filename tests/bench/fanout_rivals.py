"""Who the hub is measured beside: nginx with nchan, plain `ws` and Socket.IO on Node. They hold no log and know nobody.

They are given the hub's own frames, so all carry the same bytes. What is not installed is left out, and it is said.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import redis
from django.conf import settings

from tests.bench.fanout_sockets import FOLDER, Door
from tests.realtime.live import free_port

HERE = Path(__file__).parent
PACKAGES = ("ws", "redis", "socket.io", "@socket.io/redis-adapter")
NCHAN_MODULES = ("/usr/lib/nginx/modules/ngx_nchan_module.so", "/usr/share/nginx/modules/ngx_nchan_module.so")
NGINX = """
daemon off; master_process off; user root; pid {folder}/pid; error_log {folder}/error.log crit;
load_module {module};
events {{ worker_connections 20000; }}
http {{
    access_log off; keepalive_requests 1000000000; nchan_shared_memory_size 256M;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location = /publish {{ nchan_publisher; nchan_channel_id queue; nchan_message_buffer_length 5000; }}
        location = /queue {{
            nchan_subscriber websocket; nchan_channel_id queue; nchan_subscriber_first_message newest;
        }}
    }}
}}
"""


class Contestant(Protocol):
    """Somebody who hands events to sockets.

    `waited_us`: by seq, what lies between the moment that the event's text names (t0) and its being handed over.
    """

    name: str
    door: Door
    waited_us: dict[int, float]

    @property
    def process_id(self) -> int: ...

    def publish(self, count: int) -> None: ...


class Rival:
    """Publishes a hub's frame with other numbers in it, by `send`."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], door: Door, send: Callable[[list[bytes]], None]):
        self.name, self.door, self.process = name, door, process
        self.waited_us: dict[int, float] = {}
        self.template = "%(seq)d %(prev)d %(now)d"
        self._seq, self._send = 0, send

    @property
    def process_id(self) -> int:
        return self.process.pid

    def publish(self, count: int) -> None:
        texts = []
        for _ in range(count):
            self._seq += 1
            numbers = {"seq": self._seq, "prev": self._seq - 1, "now": time.monotonic_ns()}
            texts.append((self.template % numbers).encode())
        self._send(texts)


@contextmanager
def the_rivals() -> Iterator[list[Rival]]:
    """Those that can run here."""
    with ExitStack() as stack:
        yield [stack.enter_context(make()) for make in _possible()]


def _possible() -> Iterator[Callable[[], AbstractContextManager[Rival]]]:
    module = next((path for path in NCHAN_MODULES if Path(path).exists()), None)
    if shutil.which("nginx") and module:
        yield lambda: _nchan(module)
    else:
        print("nginx with nchan is not installed: left out", flush=True)
    if shutil.which("node") and shutil.which("npm"):
        if _install_packages():
            yield lambda: _on_node("ws", "fanout_ws.js", "/", say=None, until=None)
            yield lambda: _on_node(
                "socket.io", "fanout_socketio.js", "/socket.io/?EIO=4&transport=websocket", say="40", until="40{"
            )
    else:
        print("Node and npm are not installed: ws and Socket.IO are left out", flush=True)


def _install_packages() -> bool:
    folder = FOLDER / "node"
    if all((folder / "node_modules" / package).exists() for package in PACKAGES):
        return True
    folder.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(folder), *PACKAGES]
    if subprocess.run(command, check=False, timeout=300).returncode:
        print("npm could not install them: ws and Socket.IO are left out", flush=True)
        return False
    return True


@contextmanager
def _nchan(module: str) -> Iterator[Rival]:
    port, folder = free_port(), FOLDER / f"nginx-{uuid4().hex[:8]}"
    folder.mkdir(parents=True)
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, module=module, port=port))
    command = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    with _running(command, {}, port) as process, socket.create_connection(("127.0.0.1", port)) as publisher:
        publisher.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def post(texts: list[bytes]) -> None:
            for text in texts:
                head = f"POST /publish HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(text)}\r\n\r\n"
                publisher.sendall(head.encode() + text)
            answers = 0
            while answers < len(texts):
                answers += publisher.recv(1 << 20).count(b"HTTP/1.1 20")

        yield Rival("nchan", process, Door(port, "/queue"), post)
    shutil.rmtree(folder)


@contextmanager
def _on_node(name: str, program: str, path: str, *, say: str | None, until: str | None) -> Iterator[Rival]:
    port, channel = free_port(), f"fanout-{uuid4().hex[:8]}"
    environment = {
        "PORT": str(port),
        "REDIS_URL": settings.REDIS_URL,
        "CHANNEL": channel,
        "NODE_PATH": str(FOLDER / "node" / "node_modules"),
    }
    publisher = redis.Redis.from_url(settings.REDIS_URL)

    def publish(texts: list[bytes]) -> None:
        with publisher.pipeline(transaction=False) as pipe:
            for text in texts:
                pipe.publish(channel, text)
            pipe.execute()

    with _running(["node", str(HERE / program)], environment, port) as process:
        yield Rival(name, process, Door(port, path, say=say, until=until), publish)
    publisher.close()


@contextmanager
def _running(command: list[str], environment: dict[str, str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Until it listens; stopped at the end."""
    process = subprocess.Popen(command, env=os.environ | environment)
    try:
        until = time.monotonic() + 20
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, f"{command[0]} did not start"
            assert time.monotonic() < until, f"{command[0]} does not listen"
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        process.wait(20)
