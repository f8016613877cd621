"""A client of the ticket hub's live socket: every event once, in order, through any break.

Needs Python 3.11 and `websockets`, and nothing of the hub. See README.md beside this package.
"""

from .client import HubClient
from .places import Place, Places, PlacesInFile, PlacesInMemory
from .stopped import Stopped
from .tokens import FixedToken, SignIn, Token, TokenSource
from .told import Began, Ended, Happened, Other, Refused, Reset, Shown, Synced, Told
from .waiting import Waiting
from .window import LiveWindow

__all__ = [
    "Began",
    "Ended",
    "FixedToken",
    "Happened",
    "HubClient",
    "LiveWindow",
    "Other",
    "Place",
    "Places",
    "PlacesInFile",
    "PlacesInMemory",
    "Refused",
    "Reset",
    "Shown",
    "SignIn",
    "Stopped",
    "Synced",
    "Token",
    "TokenSource",
    "Told",
    "Waiting",
]
