"""`make run`: the services, the migrations, the demo data, and then the web server, the worker and beat.

PORT, HOST and HUB_HOME move it. Variables may also stand in `.env`; the environment goes first, and
HUB_ENV is development where neither names it.
"""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dotenv import load_dotenv

from config.embedded import console
from config.embedded.errors import EmbeddedError
from config.embedded.home import ROOT, hub_home
from config.embedded.leash import leash
from config.embedded.ports import is_free, reached_at
from config.embedded.programs import Program, run_programs
from config.embedded.services import embedded_services
from config.embedded.stopping import Stopped, ignore_stops, stops_raise
from config.embedded.terminal import say

PORT_PATIENCE = 1.0
"""Seconds for a web server that is just dying to let go of its port."""
STOP_SECONDS = "10"
"""Whoever presses Ctrl-C waits for it: less than what `run_programs` waits for."""
WEB_PATIENCE = 60.0
"""Seconds until the web server must answer before we say that it does not."""


class StartError(Exception):
    """The hub cannot start. The message is one line for the person at the terminal."""


@dataclass(frozen=True)
class Address:
    """Where the web server listens."""

    host: str
    port: int

    @property
    def local_host(self) -> str:
        """The host under which it is reached from this machine."""
        return reached_at(self.host)


def read_address(environment: Mapping[str, str]) -> Address:
    """HOST (127.0.0.1) and PORT (8000). Raises StartError for a port that is none or is taken."""
    named = environment.get("PORT") or "8000"
    if not (named.isascii() and named.isdigit() and 0 < int(named) < 65536):
        raise StartError(f"PORT must be a number from 1 to 65535, not {named!r}.")
    address = Address(environment.get("HOST") or "127.0.0.1", int(named))
    deadline = time.monotonic() + PORT_PATIENCE
    while not is_free(address.port, address.host):
        if time.monotonic() > deadline:
            raise StartError(
                f"port {address.port} of {address.host} cannot be used: something listens there already (is"
                " the hub running?), or it is not ours to take. Choose another: make run PORT=8001"
            )
        time.sleep(0.1)
    return address


def manage(*command: str, environment: Mapping[str, str]) -> None:
    """Runs one of Django's commands. Raises StartError when it fails; it said why itself."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "manage.py", *command],
        check=False,
        cwd=ROOT,
        env=environment,
        preexec_fn=leash(signal.SIGTERM),
    )
    if done.returncode:
        raise StartError(f"manage.py {command[0]} failed (exit code {done.returncode}); its words are above.")


def programs() -> list[Program]:
    """What makes up the hub. The web server is killed with its supervisor: its port is free at once."""
    python = [sys.executable, "-m"]
    return [
        Program("web", [*python, "config.web"], signal.SIGKILL),
        *(Program(part, [*python, "config.jobs", part]) for part in ("worker", "courier", "beat")),
    ]


def is_live(address: Address) -> bool:
    """Whether the web server answers."""
    connection = http.client.HTTPConnection(address.local_host, address.port, timeout=2)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def greeter(address: Address, *, demo: bool) -> Callable[[], None]:
    """Says where the hub is, once it is there."""

    def greet() -> None:
        deadline = time.monotonic() + WEB_PATIENCE
        while not is_live(address):
            if time.monotonic() > deadline:
                say(f"the web server does not answer on port {address.port}; what it says is above.")
                return
            time.sleep(0.1)
        sys.stdout.write(welcome(address.port, demo=demo, colour=sys.stdout.isatty()))
        sys.stdout.flush()

    return greet


def welcome(port: int, *, demo: bool, colour: bool) -> str:
    """The addresses; with demo data also who may sign in, and three lines to try."""
    here = f"http://localhost:{port}"
    title = f"The ticket hub is at {here}"
    lines = ["", f"\033[1;32m{title}\033[0m" if colour else title]
    if demo:
        lines += [
            f"  its two demo desks: http://acme.localhost:{port} and http://globex.localhost:{port}",
            f"  the API, described: {here}/api-docs",
            "",
            "Sign in with the password demo-password as",
            "  admin@acme.example    agent@acme.example    ada@acme.example (agent)    user@acme.example",
            "  admin@globex.example  agent@globex.example  ada@globex.example (agent)  user@globex.example",
            "  root@platform.example (the platform's admin)",
            "",
            "Try, in another terminal:",
            *curl_lines(f"{here}/api/v1"),
        ]
    return "\n".join([*lines, "", "Ctrl-C stops everything.", "", ""])


def curl_lines(api: str) -> list[str]:
    """Sign in, create a ticket, list the tickets: each can be pasted as it stands."""
    json_body, bearer = "-H 'Content-Type: application/json'", '-H "Authorization: Bearer $TOKEN"'
    sign_in = '{"email": "agent@acme.example", "password": "demo-password"}'
    ticket = '{"title": "The printer is on fire", "description": "Second floor.", "priority": "high"}'
    token = "python3 -c 'import json, sys; print(json.load(sys.stdin)[\"token\"])'"  # noqa: S105
    return [
        f"  TOKEN=$(curl -s {api}/auth/login {json_body} -d '{sign_in}' | {token})",
        f"  curl -s {api}/tickets {bearer} {json_body} -d '{ticket}'",
        f"  curl -s '{api}/tickets?limit=5' {bearer}",
    ]


def build_console() -> None:
    """Where that cannot be done the rest runs, and the page says so."""
    try:
        console.build()
    except EmbeddedError as error:
        say(f"{error} The console is left out; everything else runs.")


def run() -> int:
    """Starts everything and stays until it ends; the exit code."""
    home = hub_home()
    demo = os.environ["HUB_ENV"] == "development"
    address = read_address(os.environ)
    build_console()
    with embedded_services(home) as services:
        environment = services.environment | {"PYTHONUNBUFFERED": "1", "HUB_STOP_SECONDS": STOP_SECONDS}
        if not demo:
            # Here once, in one line, rather than by each program with a traceback.
            manage("check", "--tag", "hub", environment=environment)
        # One process for both: each start of Django takes as long as all that they do.
        manage("migrate_hub", *(["--demo"] if demo else []), environment=environment)
        code = run_programs(programs(), environment, greeter(address, demo=demo))
        ignore_stops()
        if code is not None:
            say(f"a program ended by itself with exit code {code}, so everything was stopped.")
    return 0 if code is None else code or 1


def main() -> int:
    """0 when asked to end, 1 when the hub cannot start, else the code of what ended by itself."""
    load_dotenv(ROOT / ".env")
    os.environ["HUB_ENV"] = os.environ.get("HUB_ENV") or "development"
    stops_raise()
    try:
        return run()
    except Stopped:
        return 0
    except (EmbeddedError, StartError) as error:
        say(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
