"""Where the original's files lie: a folder, or a bucket of any store that speaks S3."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from helpdesk.importing.rules.values import NotTaken
from helpdesk.objects.store import OtherStore

BUCKET = "s3://"
VARIABLES = "ORIGINAL_S3_"


class Files(Protocol):
    """Files by the keys that their addresses may mean."""

    def opened(self, places: Sequence[str]) -> AbstractContextManager[tuple[int, IO[bytes]]]: ...


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder with the original's keys as paths below it. What leads out of it is not there."""

    root: Path

    @contextmanager
    def opened(self, places: Sequence[str]) -> Iterator[tuple[int, IO[bytes]]]:
        """The first that is there: its size, and the file. Raises NotTaken."""
        root = self.root.resolve()
        for place in places:
            path = _below(root, place)
            if path is not None:
                with path.open("rb") as file:
                    yield path.stat().st_size, file
                return
        raise _missing(places)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket, and what stands before each key in it."""

    store: OtherStore
    prefix: str = ""

    @contextmanager
    def opened(self, places: Sequence[str]) -> Iterator[tuple[int, IO[bytes]]]:
        """As `Folder.opened`. Raises StoreAway where the store does not answer, or lets us see nothing."""
        for place in places:
            with self.store.opened(f"{self.prefix}{place}") as found:
                if found is not None:
                    yield found
                    return
        raise _missing(places)


@dataclass(frozen=True, slots=True)
class Nowhere:
    """Nobody said where they are."""

    @contextmanager
    def opened(self, places: Sequence[str]) -> Iterator[tuple[int, IO[bytes]]]:
        """Raises NotTaken."""
        raise NotTaken("nobody said where its file is: --files DIR, or --files s3://bucket")
        yield


def files_at(place: str) -> Files:
    """`DIR`, or `s3://bucket/prefix` with ORIGINAL_S3_ENDPOINT_URL, _REGION, _ACCESS_KEY_ID, _SECRET_ACCESS_KEY."""
    if not place:
        return Nowhere()
    if not place.startswith(BUCKET):
        return Folder(Path(place))
    bucket, _, prefix = place.removeprefix(BUCKET).partition("/")
    said = [os.environ.get(VARIABLES + name, "") for name in ("ENDPOINT_URL", "REGION", "ACCESS_KEY_ID")]
    store = OtherStore(bucket, *said, secret=os.environ.get(f"{VARIABLES}SECRET_ACCESS_KEY", ""))
    return Bucket(store, f"{prefix.rstrip('/')}/" if prefix else "")


def _below(root: Path, place: str) -> Path | None:
    try:
        path = (root / place).resolve()
        return path if path.is_relative_to(root) and path.is_file() else None
    except (OSError, ValueError):
        return None


def _missing(places: Sequence[str]) -> NotTaken:
    return NotTaken(f"its file is not there: {places[0]}" if places else "its address names no file")
