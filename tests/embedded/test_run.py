"""`python -m config.run`: what it refuses before it starts anything, and how its programs end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from config.embedded.home import ROOT
from config.run import Address, StartError, curl_lines, is_live, read_address, welcome
from tests.embedded.stage import environment, eventually, processes_of, started

SLEEPER = "import time; time.sleep(600)"
# Two programs, of which "short" does what it is told; the home stands on their command lines.
SIDE_BY_SIDE = """
import os, sys
from config.embedded.programs import Program, run_programs
home = os.environ["HUB_HOME"]
programs = [
    Program("long", [sys.executable, "-c", "import time; time.sleep(600)", home]),
    Program("short", [sys.executable, "-c", sys.argv[1], home]),
]

def say(text):
    # One write: honcho writes beside it.
    sys.stdout.write(f"\\n{text}\\n")
    sys.stdout.flush()

code = run_programs(programs, os.environ, lambda: say("started"))
say(f"ended {code}")
"""


def side_by_side(short: str) -> list[str]:
    return [sys.executable, "-c", SIDE_BY_SIDE, short]


class TestPort:
    def test_in_use_is_one_clear_line_before_anything_starts(self, home: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = str(other.getsockname()[1])
            done = subprocess.run(
                [sys.executable, "-m", "config.run"],
                check=False,
                cwd=ROOT,
                env=environment(home, {"PORT": port}),
                capture_output=True,
                text=True,
            )
        assert done.returncode == 1
        assert done.stdout == ""
        assert done.stderr.startswith(f"hub: port {port} of 127.0.0.1 cannot be used")
        assert len(done.stderr.splitlines()) == 1
        assert list(home.iterdir()) == []

    @pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "8000.0", "٣"])
    def test_that_is_none_is_refused(self, port: str) -> None:
        with pytest.raises(StartError, match="PORT must be a number"):
            read_address({"PORT": port})


class TestIsLive:
    def test_says_no_where_nothing_listens_or_something_else_does(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            address = Address("127.0.0.1", silent.getsockname()[1])
            assert not is_live(address)  # it accepts and never answers
        assert not is_live(address)


class TestWelcome:
    def test_tells_the_logins_only_with_demo_data(self) -> None:
        assert "demo-password" in welcome(8000, demo=True, colour=False)
        assert "demo-password" not in welcome(8000, demo=False, colour=False)

    def test_is_plain_without_a_terminal(self) -> None:
        assert "\033" not in welcome(8000, demo=True, colour=False)

    def test_shows_lines_that_a_shell_can_read(self) -> None:
        for line in curl_lines("http://localhost:8000/api/v1"):
            assert subprocess.run(["sh", "-n", "-c", line], check=False).returncode == 0


class TestPrograms:
    def test_all_end_when_one_ends_and_its_code_is_told(self, home: Path) -> None:
        with started(side_by_side("import sys; sys.exit(5)"), home, says="ended 5") as process:
            assert process.wait(60) == 0
        assert processes_of(home) == []

    def test_one_that_was_killed_is_told_as_a_shell_does(self, home: Path) -> None:
        killed = "import os; os.kill(os.getpid(), 9)"
        with started(side_by_side(killed), home, says="ended 137") as process:
            assert process.wait(60) == 0

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    @pytest.mark.parametrize("kill", [os.kill, os.killpg], ids=["the supervisor", "its group"])
    def test_all_end_when_asked(self, home: Path, number: signal.Signals, kill: Callable[[int, int], None]) -> None:
        with started(side_by_side(SLEEPER), home, says="started") as process:
            kill(process.pid, number)
            assert process.wait(60) == 0
            assert process.stdout is not None
            assert "ended None" in process.stdout.read()
        assert processes_of(home) == []

    @pytest.mark.skipif(sys.platform != "linux", reason="prctl(2)")
    def test_none_outlives_a_supervisor_that_was_killed(self, home: Path) -> None:
        with started(side_by_side(SLEEPER), home, says="started") as process:
            eventually(lambda: len(processes_of(home)) == 2, "the programs did not start")
            process.kill()
            eventually(lambda: not processes_of(home), "a program outlived its supervisor")

    @pytest.mark.skipif(sys.platform != "linux", reason="prctl(2)")
    def test_none_outlives_a_supervisor_that_was_killed_while_they_started(self, home: Path) -> None:
        with started(side_by_side(SLEEPER), home, says="started") as process:
            process.kill()
            process.wait()
        time.sleep(1)  # for what would begin only now
        eventually(lambda: not processes_of(home), "a program outlived its supervisor")
