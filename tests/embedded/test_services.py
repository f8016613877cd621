"""The embedded services keep their data, whatever ended them, and get out of everybody's way."""

from __future__ import annotations

import os
import pwd
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import httpx
import psycopg
import pytest
import redis
from botocore.exceptions import ClientError

from config.embedded.account import Place, find_place
from config.embedded.server import clean_environment
from tests.embedded.stage import eventually, kill_all, note, processes_of, run, up

pytestmark = pytest.mark.slow


def store(home: Path, **more: str) -> Any:
    """A client of the object store in that home."""
    said = note(home) | more
    return boto3.client(
        "s3",
        endpoint_url=said["S3_ENDPOINT_URL"],
        region_name=said["S3_REGION"],
        aws_access_key_id=said["S3_ACCESS_KEY_ID"],
        aws_secret_access_key=said["S3_SECRET_ACCESS_KEY"],
    )


def write(home: Path) -> None:
    """One row, one key and one object, all given away when this returns."""
    store(home).put_object(Bucket="hub", Key="kept/there", Body=b"an object")
    with psycopg.connect(note(home)["DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE kept (what text)")
        connection.execute("INSERT INTO kept VALUES ('a row')")
    with redis.Redis.from_url(note(home)["REDIS_URL"]) as client:
        client.set("kept", "a key")
        client.execute_command("WAITAOF", 1, 0, 5000)


def read(home: Path) -> tuple[str, str, str]:
    found = store(home).get_object(Bucket="hub", Key="kept/there")["Body"].read().decode()
    with psycopg.connect(note(home)["DATABASE_URL"]) as connection:
        row = connection.execute("SELECT what FROM kept").fetchone()
    with redis.Redis.from_url(note(home)["REDIS_URL"], decode_responses=True) as client:
        return (row[0] if row else ""), str(client.get("kept")), found


SERVICES = ("DATABASE_URL", "REDIS_URL", "S3_ENDPOINT_URL")
KEPT = ("a row", "a key", "an object")


@pytest.fixture
def written(home: Path) -> Path:
    """A home with data, at rest."""
    with up(home):
        write(home)
    assert processes_of(home) == []
    return home


class TestFirstStart:
    def test_the_database_takes_any_language_and_the_servers_survive_a_power_cut(self, home: Path) -> None:
        with up(home), psycopg.connect(note(home)["DATABASE_URL"]) as connection:
            connection.execute("CREATE EXTENSION pg_trgm")
            shown = {name: connection.execute(f"SHOW {name}").fetchone() for name in ("fsync", "server_encoding")}
            assert shown == {"fsync": ("on",), "server_encoding": ("UTF8",)}
            assert connection.execute("SELECT upper('grün, żółw')").fetchone() == ("GRÜN, ŻÓŁW",)
            with redis.Redis.from_url(note(home)["REDIS_URL"], decode_responses=True) as client:
                assert client.config_get("append*")["appendonly"] == "yes"

    def test_nobody_without_the_password_gets_in(self, home: Path) -> None:
        with up(home, "--fast"):
            place = urlsplit(note(home)["DATABASE_URL"])
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(f"postgresql://hub:guess@127.0.0.1:{place.port}/hub")
            port = urlsplit(note(home)["REDIS_URL"]).port
            with redis.Redis("127.0.0.1", port or 0) as client, pytest.raises(redis.AuthenticationError):
                client.ping()
            with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
                store(home, S3_SECRET_ACCESS_KEY="guess").list_objects_v2(Bucket="hub")
            assert httpx.get(f"{note(home)['S3_ENDPOINT_URL']}/hub").status_code in (400, 403)

    def test_the_keys_stand_on_no_command_line_and_in_no_log(self, home: Path) -> None:
        with up(home, "--fast"):
            store(home).put_object(Bucket="hub", Key="asked", Body=b"for the log")
            secrets = [note(home)[name] for name in ("S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY")]
            seen = [(Path("/proc") / str(pid) / "cmdline").read_text() for pid in processes_of(home)]
            seen.append((home / "objects.log").read_text())
            assert any("rclone" in line for line in seen)
            assert not [secret for secret in secrets for line in seen if secret in line]
            assert (home / "services.env").stat().st_mode & 0o077 == 0

    def test_begins_again_after_an_interrupted_one(self, home: Path) -> None:
        (home / "postgres.unfinished").mkdir()
        (home / "postgres.unfinished" / "half").touch()
        assert run(home, "--fast", "--", "true").returncode == 0
        assert not (home / "postgres.unfinished").exists()


class TestCrash:
    def test_of_the_supervisor_takes_its_servers_and_its_command_along(self, home: Path) -> None:
        with up(home) as supervisor:
            write(home)
            supervisor.kill()
            eventually(lambda: not processes_of(home), "the servers outlived their supervisor")
        with up(home):
            assert read(home) == KEPT

    def test_of_everything_at_once_loses_nothing(self, home: Path) -> None:
        with up(home) as supervisor:
            write(home)
            kill_all([supervisor.pid, *processes_of(home)])
        assert (home / "postgres" / "postmaster.pid").exists()
        with up(home):
            assert read(home) == KEPT

    def test_of_the_servers_only_is_mended_by_the_next_start(self, home: Path) -> None:
        with up(home):
            write(home)
            kill_all(processes_of(home))
        with up(home):
            assert read(home) == KEPT

    def test_servers_that_no_leash_held_are_stopped_before_new_ones_start(self, written: Path) -> None:
        with left_over(written) as old, up(written):
            assert read(written) == KEPT
            assert all(process.poll() is not None for process in old)
            assert not {process.pid for process in old} & set(processes_of(written))


@contextmanager
def left_over(home: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Servers as a supervisor starts them, but without one: their command lines are taken from a real one."""
    with up(home):
        lines = [(Path("/proc") / str(pid) / "cmdline").read_bytes() for pid in processes_of(home)]
    commands = [line.decode().split("\0")[:-1] for line in lines]
    commands = [command for command in commands if command[0].endswith(("/postgres", "/valkey-server", "/rclone"))]
    assert len(commands) == 3
    privileges = find_place(home).privileges
    old = [
        subprocess.Popen(command, cwd=home / "objects", env=clean_environment(), **privileges) for command in commands
    ]
    try:
        for name in ("postgres/postmaster.pid", "valkey/valkey.pid"):
            eventually((home / name).exists, f"the left over server wrote no {name}")
        eventually(lambda: len(processes_of(home)) >= len(commands), "a left over server does not run")
        yield old
    finally:
        for process in old:
            process.kill()
            process.wait()


class TestStalePidFile:
    def test_that_names_a_stranger_harms_neither(self, written: Path) -> None:
        place: Place = find_place(written)
        # The same user, or PostgreSQL itself would know that it cannot be one of its own.
        stranger = subprocess.Popen(["/bin/sleep", "600"], **place.privileges)
        try:
            for name in ("postgres/postmaster.pid", "valkey/valkey.pid", "objects.pid"):
                (written / name).write_text(f"{stranger.pid}\n{written}/postgres\n")
            with up(written):
                assert read(written) == KEPT
            assert stranger.poll() is None
        finally:
            stranger.kill()
            stranger.wait()


class TestPorts:
    def test_are_kept_from_start_to_start(self, written: Path) -> None:
        before = note(written)
        with up(written):
            assert note(written) == before

    def test_taken_by_somebody_else_are_left_to_them(self, written: Path) -> None:
        before = {urlsplit(note(written)[name]).port or 0 for name in SERVICES}
        others = [socket.create_server(("127.0.0.1", port)) for port in before]
        with up(written):
            assert read(written) == KEPT
            after = {urlsplit(note(written)[name]).port for name in SERVICES}
            assert not before & after
        for other in others:
            other.close()


class TestMemory:
    def test_a_forgotten_password_is_set_anew(self, written: Path) -> None:
        (written / "embedded.json").unlink()
        with up(written):
            assert read(written) == KEPT


class TestAtRest:
    def test_sigterm_leaves_nothing_running(self, home: Path) -> None:
        with up(home) as supervisor:
            running = processes_of(home)
            assert len(running) >= 3
            supervisor.send_signal(signal.SIGTERM)
            assert supervisor.wait(60) == 128 + signal.SIGTERM
            assert processes_of(home) == []

    def test_a_stop_while_starting_leaves_nothing_running(self, home: Path) -> None:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.embedded", "--", "true"],
            env={**os.environ, "HUB_HOME": str(home), **dict.fromkeys(SERVICES, "")},
            stderr=subprocess.DEVNULL,
        )
        eventually((home / "postgres.unfinished").exists, "it never began")
        process.terminate()
        assert process.wait(60) == 128 + signal.SIGTERM
        eventually(lambda: not processes_of(home), "something still runs")
        assert run(home, "--fast", "--", "true").returncode == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends its servers another account")
class TestRoot:
    def test_in_a_folder_closed_to_others_puts_the_data_elsewhere_and_says_where(self, home: Path) -> None:
        closed = home / "closed"
        closed.mkdir(mode=0o700)
        done = run(closed / "var", "--fast", "--", "true")
        assert done.returncode == 0
        said = next(line for line in done.stderr.splitlines() if f"cannot enter {closed}/var" in line)
        data = Path(said.rsplit(" ", 1)[1])
        try:
            assert not data.is_relative_to(home)
            assert (data / "postgres" / "PG_VERSION").exists()
            assert {path.name for path in (closed / "var").iterdir()} >= {"services.env", "supervisor.lock"}
            again = run(closed / "var", "--fast", "--", "true")
            assert str(data) in again.stderr
            assert "creating" not in again.stderr
        finally:
            subprocess.run(["rm", "-rf", str(data)], check=True)

    def test_never_runs_a_server_as_root(self, home: Path) -> None:
        with up(home, "--fast"):
            assert users_of_servers(home) == {pwd.getpwnam("nobody").pw_uid}

    def test_leaves_a_users_home_to_the_user(self, home: Path) -> None:
        run(home, "--fast", "--", "true")
        somebody = pwd.getpwnam("daemon")
        for path in [home, *home.rglob("*")]:
            os.chown(path, somebody.pw_uid, somebody.pw_gid)
        with up(home, "--fast"):
            assert users_of_servers(home) == {somebody.pw_uid}
        assert {path.stat().st_uid for path in home.rglob("*")} == {somebody.pw_uid}


def users_of_servers(home: Path) -> set[int]:
    processes = [Path("/proc") / str(pid) for pid in processes_of(home)]
    servers = [
        entry for entry in processes if (entry / "comm").read_text().strip() in ("postgres", "valkey-server", "rclone")
    ]
    assert len(servers) >= 3
    return {server.stat().st_uid for server in servers}
