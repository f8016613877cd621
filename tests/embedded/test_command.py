"""`python -m config.embedded -- COMMAND` stands between a caller and its command without being noticed."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.embedded.stage import note, run, up

COUNT_SIGNALS = """
import signal, sys, time
seen = []
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda got, frame: seen.append(got))
print("up", flush=True)
while not seen:
    time.sleep(0.02)
time.sleep(0.3)
print(seen.count(signal.SIGINT), seen.count(signal.SIGTERM), flush=True)
sys.exit(3)
"""


class TestExitCode:
    def test_is_the_commands(self, home: Path, elsewhere: dict[str, str]) -> None:
        assert run(home, "--", "sh", "-c", "exit 7", more=elsewhere).returncode == 7

    def test_of_a_command_ended_by_a_signal_is_that_of_a_shell(self, home: Path, elsewhere: dict[str, str]) -> None:
        assert run(home, "--", "sh", "-c", "kill -9 $$", more=elsewhere).returncode == 128 + signal.SIGKILL

    def test_of_no_such_command_is_that_of_a_shell(self, home: Path, elsewhere: dict[str, str]) -> None:
        done = run(home, "--", "no-such-command-anywhere", more=elsewhere)
        assert done.returncode == 127
        assert "no-such-command-anywhere cannot be run" in done.stderr


class TestSignals:
    @pytest.mark.parametrize("kill", [os.kill, os.killpg], ids=["the supervisor", "its group"])
    def test_sigint_reaches_the_command_once(
        self, home: Path, elsewhere: dict[str, str], kill: Callable[[int, int], None]
    ) -> None:
        with up(home, script=f"exec {sys.executable} -c '{COUNT_SIGNALS}'", **elsewhere) as supervisor:
            kill(supervisor.pid, signal.SIGINT)
            assert supervisor.wait(60) == 3
            assert supervisor.stdout is not None
            assert supervisor.stdout.read().split() == ["1", "0"]

    def test_sigterm_reaches_the_command(self, home: Path, elsewhere: dict[str, str]) -> None:
        with up(home, script=f"exec {sys.executable} -c '{COUNT_SIGNALS}'", **elsewhere) as supervisor:
            supervisor.terminate()
            assert supervisor.wait(60) == 3
            assert supervisor.stdout is not None
            assert supervisor.stdout.read().split() == ["0", "1"]


class TestEnvironment:
    def test_services_that_are_named_are_used_and_not_written_down(self, home: Path, elsewhere: dict[str, str]) -> None:
        done = run(home, "--", "sh", "-c", "echo $DATABASE_URL $REDIS_URL", more=elsewhere)
        assert done.stdout.split() == [elsewhere["DATABASE_URL"], elsewhere["REDIS_URL"]]
        assert list(note(home)) == ["HUB_SECRET_KEY"]
        assert not (home / "postgres").exists()
        assert not (home / "valkey").exists()

    def test_the_development_key_is_made_once_and_only_for_its_owner(
        self, home: Path, elsewhere: dict[str, str]
    ) -> None:
        keys = [run(home, "--", "sh", "-c", "echo $HUB_SECRET_KEY", more=elsewhere).stdout for _ in range(2)]
        assert keys[0] == keys[1] == note(home)["HUB_SECRET_KEY"] + "\n"
        assert len(keys[0].strip()) == 64  # 48 bytes, six bits a character
        assert {(home / name).stat().st_mode & 0o777 for name in ("services.env", "embedded.json")} == {0o600}

    def test_production_gets_no_key_of_ours(self, home: Path, elsewhere: dict[str, str]) -> None:
        production = elsewhere | {"HUB_ENV": "production"}
        done = run(home, "--", "sh", "-c", "echo [$HUB_SECRET_KEY]", more=production)
        assert done.stdout.strip() == "[]"
        assert note(home) == {}


class TestRefusals:
    def test_a_second_supervisor_on_the_same_home(self, home: Path, elsewhere: dict[str, str]) -> None:
        with up(home, **elsewhere) as first:
            second = run(home, "--", "true", more=elsewhere)
            assert second.returncode == 1
            assert f"another supervisor (pid {first.pid}) runs on {home}" in second.stderr
            assert first.poll() is None
        assert run(home, "--", "true", more=elsewhere).returncode == 0

    def test_a_home_that_cannot_be_made(self, home: Path) -> None:
        (home / "file").touch()
        done = run(home / "file" / "below", "--", "true")
        assert done.returncode == 1
        assert done.stderr.startswith(f"hub: HUB_HOME {home}/file/below cannot be written")
        assert len(done.stderr.splitlines()) == 1

    def test_data_of_another_major_version(self, home: Path) -> None:
        (home / "postgres").mkdir()
        (home / "postgres" / "PG_VERSION").write_text("15\n")
        done = run(home, "--", "true")
        assert done.returncode == 1
        assert f"{home}/postgres was made by PostgreSQL 15" in done.stderr
        assert (home / "postgres" / "PG_VERSION").read_text() == "15\n"

    def test_a_memory_that_cannot_be_read(self, home: Path) -> None:
        (home / "embedded.json").write_text("{")
        done = run(home, "--", "true")
        assert done.returncode == 1
        assert f"{home}/embedded.json cannot be read" in done.stderr
