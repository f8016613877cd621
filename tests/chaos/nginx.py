"""The nginx of docs/operations/nginx.conf in front of two web servers."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from config.embedded.home import ROOT
from tests.e2e.stack import quiet_port
from tests.realtime.live import is_open

DOCUMENTED = ROOT / "docs" / "operations" / "nginx.conf"
PROGRAM = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
AROUND = """
user root;
daemon off;
worker_processes 1;
pid {home}/nginx.pid;
error_log {home}/nginx.log warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
{hub}
}}
"""


def configuration(home: Path, port: int, upstreams: Sequence[int]) -> str:
    """What is documented, on other ports and without TLS."""
    text = DOCUMENTED.read_text()
    text = re.sub(r"(?s)server \{\s+listen 80;.*?\n\}\n", "", text, count=1)
    text = re.sub(r".*ssl_.*\n|.*listen \[::\].*\n|.*server_name.*\n", "", text)
    text = text.replace("listen 443 ssl", f"listen 127.0.0.1:{port}")
    for documented, real in zip((8000, 8001), upstreams, strict=True):
        text = text.replace(f"127.0.0.1:{documented}", f"127.0.0.1:{real}")
    return AROUND.format(home=home, hub=text)


@contextmanager
def nginx(home: Path, upstreams: Sequence[int]) -> Iterator[int]:
    """Gives its port."""
    assert PROGRAM is not None
    home.mkdir()
    port = quiet_port()
    file = home / "nginx.conf"
    file.write_text(configuration(home, port, upstreams))
    process = subprocess.Popen([PROGRAM, "-p", str(home), "-c", str(file)])
    try:
        deadline = time.monotonic() + 20
        while not is_open(port):
            assert process.poll() is None, "nginx did not start"
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(20)
