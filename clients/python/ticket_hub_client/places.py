"""Where a client stands on each stream: all that it has to remember so as to miss nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Place:
    """Everything up to `seq` of the log `epoch` has been told."""

    epoch: str
    seq: int

    def shape(self) -> dict[str, Any]:
        """As it stands in a `subscribe` frame's `since`."""
        return {"epoch": self.epoch, "seq": self.seq}


class Places(Protocol):
    """Keeps places beyond a connection. Called between two events, so it should not take long."""

    def load(self, stream: str) -> Place | None: ...

    def save(self, stream: str, place: Place) -> None: ...

    def forget(self, stream: str) -> None: ...


class PlacesInMemory:
    """Lost with the process: a new one begins at the present."""

    def __init__(self) -> None:
        self._places: dict[str, Place] = {}

    def load(self, stream: str) -> Place | None:
        return self._places.get(stream)

    def save(self, stream: str, place: Place) -> None:
        self._places[stream] = place

    def forget(self, stream: str) -> None:
        self._places.pop(stream, None)


class PlacesInFile(PlacesInMemory):
    """A JSON file, replaced as a whole. One process writes it."""

    def __init__(self, path: str | Path) -> None:
        super().__init__()
        self._path = Path(path)
        if self._path.exists():
            known: dict[str, Any] = json.loads(self._path.read_text())
            self._places = {stream: Place(place["epoch"], place["seq"]) for stream, place in known.items()}

    def save(self, stream: str, place: Place) -> None:
        super().save(stream, place)
        self._write()

    def forget(self, stream: str) -> None:
        super().forget(stream)
        self._write()

    def _write(self) -> None:
        new = self._path.with_name(self._path.name + ".new")
        new.write_text(json.dumps({stream: place.shape() for stream, place in self._places.items()}))
        new.replace(self._path)
