"""What may keep the embedded services from running, in words for the person at the terminal."""

from __future__ import annotations


class EmbeddedError(Exception):
    """The embedded services cannot run here. The message is one line, says why and what to do."""
