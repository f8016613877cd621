"""`python -m config.embedded [--fast] -- COMMAND...`: runs a command with the services up.

Its exit code is the command's (128 + n where signal n ended it), or 1 when the services cannot run.
`--fast` gives durability away for speed.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from types import FrameType

from config.embedded.errors import EmbeddedError
from config.embedded.home import hub_home
from config.embedded.leash import leash
from config.embedded.services import embedded_services
from config.embedded.stopping import Stopped, ignore_stops, stops_raise
from config.embedded.terminal import say


def main() -> int:
    """Parses the command line, runs the command, gives its exit code."""
    parser = argparse.ArgumentParser(prog="python -m config.embedded", description=__doc__)
    parser.add_argument("--fast", action="store_true", help="for tests: a power cut may lose data")
    parser.add_argument("command", nargs="+", help="what to run, after --")
    wanted = parser.parse_args()
    stops_raise()
    try:
        with embedded_services(hub_home(), fast=wanted.fast) as services:
            code = run_command(wanted.command, services.environment)
            ignore_stops()
            return code
    except Stopped as stopped:
        return 128 + stopped.number
    except EmbeddedError as error:
        say(str(error))
        return 1


def run_command(command: list[str], environment: dict[str, str]) -> int:
    """Runs it to its end; SIGINT and SIGTERM are passed on once each time they come."""
    terminal = _at_terminal()
    try:
        process = subprocess.Popen(
            command,
            env=environment,
            # At a terminal the command must stay in its group, to read from it and to get its Ctrl-C.
            process_group=None if terminal else 0,
            preexec_fn=leash(signal.SIGTERM),
        )
    except OSError as error:
        say(f"{command[0]} cannot be run: {error.strerror}")
        return 127

    def pass_on(number: int, _frame: FrameType | None) -> None:
        if not (terminal and number == signal.SIGINT):
            process.send_signal(number)

    signal.signal(signal.SIGINT, pass_on)
    signal.signal(signal.SIGTERM, pass_on)
    code = process.wait()
    return code if code >= 0 else 128 - code


def _at_terminal() -> bool:
    try:
        return os.isatty(0) and os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
