"""What a client is told, in the order of the log. `place` is where the stream stands with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .places import Place
from .window import LiveWindow


@dataclass(frozen=True, slots=True)
class Began:
    """The stream is followed from here on. Not `resumed`: read your state over REST now, and nothing is missed."""

    stream: str
    place: Place
    resumed: bool


@dataclass(frozen=True, slots=True)
class Happened:
    """An event: `{id, type, occurredAt, actor, data, changes?}`."""

    stream: str
    place: Place
    event: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """A live view is another now. `frame` says what changed; `window` holds the outcome."""

    stream: str
    place: Place
    window: LiveWindow
    frame: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Synced:
    """There is nothing up to here that you have not been told."""

    stream: str
    place: Place


@dataclass(frozen=True, slots=True)
class Reset:
    """What lies before this place cannot be told any more: read your state anew over REST."""

    stream: str
    place: Place


@dataclass(frozen=True, slots=True)
class Ended:
    """The stream is over: its ticket is gone, or no longer yours."""

    stream: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The stream is not followed: no such ticket, or not for you."""

    stream: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Other:
    """A frame of another kind, as it came: presence, pong, an error that belongs to no stream."""

    frame: dict[str, Any]


Told = Began | Happened | Shown | Synced | Reset | Ended | Refused | Other
