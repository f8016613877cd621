"""Clients that follow streams while everything breaks, and write down what they were told."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ticket_hub_client import Began, Ended, Happened, HubClient, Other, Refused, Reset, Synced, Told, Waiting

from tests.chaos.people import Participant

MOST_TICKETS = 20
PING_S = 1.0


@dataclass(slots=True)
class Record:
    """What one client was told on one stream."""

    first: int | None = None
    """The place where it began; None: it has not."""
    place: int = 0
    got: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    end: str = ""
    """`ended` or `refused`: the ticket was gone."""
    resets: int = 0


class Watcher:
    """One device of somebody's."""

    def __init__(self, person: Participant, ports: Sequence[int], streams: Sequence[str], seed: str) -> None:
        self.person, self.streams = person, streams
        chance = random.Random(seed)
        urls = [f"ws://127.0.0.1:{port}/ws/v1" for port in ports]
        chance.shuffle(urls)
        self.hub = HubClient(
            urls,
            person.tokens,
            waiting=Waiting(longest_s=1.0, chance=chance),
            proxy=None,
            ping_interval=PING_S,
            ping_timeout=PING_S,
            open_timeout=5,
            close_timeout=1,
        )
        self.records: dict[str, Record] = {}

    async def watch(self) -> None:
        """Until cancelled. Raises what a client never should."""
        for stream in self.streams:
            await self.open(stream)
        async for told in self.hub:
            self._take(told)

    def _take(self, told: Told) -> None:
        match told:
            case Began() | Happened() | Synced() | Reset():
                self._note(self.records[told.stream], told)
            case Ended(stream=stream):
                self.records[stream].end = "ended"
            case Refused(stream=stream):
                self.records[stream].end = "refused"
            case Other(frame={"type": "error", "code": "UNAUTHORIZED"}):
                pass  # its renewal was lost with a connection: the close follows, and a fresh token
            case _:
                raise AssertionError(f"it was told {told}")

    def _note(self, record: Record, told: Began | Happened | Synced | Reset) -> None:
        record.place = told.place.seq
        if isinstance(told, Began) and record.first is None:
            record.first = told.place.seq
        elif isinstance(told, Happened):
            record.got.append((told.place.seq, told.event))
        elif isinstance(told, Reset):
            record.resets += 1

    async def open(self, stream: str) -> None:
        """Follow it from now on."""
        if stream not in self.records and len(self.records) < MOST_TICKETS:
            self.records[stream] = Record()
            await self.hub.follow(stream)

    def has_begun(self) -> bool:
        return all(self.records[stream].first is not None for stream in self.streams if stream in self.records) and len(
            self.records
        ) >= len(self.streams)

    def has_reached(self, seq: int) -> bool:
        return all(record.end or record.place >= seq for record in self.records.values())

    def shape(self) -> dict[str, Any]:
        """For the verdict."""
        records = [
            {"stream": stream, "first": record.first, "place": record.place, "end": record.end, "got": record.got}
            for stream, record in self.records.items()
            if record.first is not None
        ]
        return {"person": self.person.id, "role": self.person.role, "word": self.person.word, "records": records}
