"""The events of the desk itself: what it is called, where it is found, whether it is open, how it is set."""

from __future__ import annotations

from typing import Literal

from helpdesk.events.payloads import Changes, DeskPayload
from helpdesk.shapes import Shape


class _DeskChange(Shape):
    desk: DeskPayload
    changes: Changes


class DeskUpdated(_DeskChange):
    """Its name, its slug or its own domains: where it is found."""

    type: Literal["desk.updated"] = "desk.updated"


class DeskSuspended(_DeskChange):
    """Nobody is answered from now on."""

    type: Literal["desk.suspended"] = "desk.suspended"


class DeskResumed(_DeskChange):
    type: Literal["desk.resumed"] = "desk.resumed"


class DeskSettingsChanged(_DeskChange):
    """Of its settings the changes hold those that changed, each side as an object."""

    type: Literal["desk.settings_changed"] = "desk.settings_changed"


DeskEvent = DeskUpdated | DeskSuspended | DeskResumed | DeskSettingsChanged
