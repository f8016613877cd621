"""What the supervisor says to the person at the terminal, beside the programs' own output."""

from __future__ import annotations

import sys


def say(text: str) -> None:
    """Writes one line to stderr: stdout belongs to the command that is run."""
    sys.stderr.write(f"hub: {text}\n")
    sys.stderr.flush()
