"""One live view: its window and its count at one place of the log, and what moves them on.

What the log says is applied row by row, in memory. What cannot be decided so is read from the database at a later
place, and told as one change; the rows up to that place are then passed over, and those after it applied.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID, uuid4

import orjson

from realtime.live_views.facts import Facts
from realtime.live_views.members import Members
from realtime.live_views.outgoing import Outgoing
from realtime.live_views.reading import Reading
from realtime.live_views.rows import Change, Row, Rows, difference
from realtime.live_views.selection import Selection
from realtime.live_views.telling import Told, ViewFrame, window_frames
from realtime.streams import Subscription
from realtime.wire import Frame

SPARE_ROWS = 100
"""Known beyond the window, so that so many may leave before the database is asked."""
MOST_WAITING = 2_000
"""Rows of the log that wait for a reading; beyond, a later reading does instead."""
_NOTHING = Change()


class LiveView:
    """See the module. `place`: everything up to it has been told; `last`: the last frame's."""

    def __init__(
        self,
        selection: Selection,
        *,
        show_anew: Callable[[Subscription], None],
        on_news: Callable[[Outgoing], None],
        spare_rows: int = SPARE_ROWS,
    ) -> None:
        """`show_anew` brings a whole window to a reader for whom a change would be too large a frame."""
        self.selection = selection
        self.capacity = selection.size + spare_rows if selection.size else 0
        self.outgoing = Outgoing(on_news)
        self.followers = 0
        self.evaluations = 0
        self._moved = asyncio.Event()
        self._show_anew = show_anew
        self._begin_anew()

    def _begin_anew(self) -> None:
        self.epoch = uuid4()
        self.place = self.last = 0
        self.told_from = 0
        """A client that holds this place or a later one has been told everything up to `last`."""
        self.is_behind = True
        """Rows wait until the database has been read."""
        self.must_reach = 0
        """What is read from the database is of no use before this place."""
        self.backlog: deque[Facts] = deque()
        self._rows: Rows | None = None
        self._members = Members()
        self._my_teams: Collection[UUID] = ()
        self._sorts_alike = True
        self._told = Told(0, is_capped=False)
        self._told_rows: list[Row] = []
        self._windows: dict[str, list[Frame]] = {}

    @property
    def is_there(self) -> bool:
        """Has it ever been read?"""
        return self._rows is not None

    async def reaches(self, seq: int) -> None:
        """Wait until it has been read, and has come to this place."""
        while not self.is_there or self.place < seq:
            await self._moved.wait()

    def forget(self) -> None:
        """The log is another one: nothing that was known counts, and nobody is told anything more of it."""
        self.outgoing.detach_all()
        self._begin_anew()

    def here(self) -> tuple[UUID, int]:
        """How far it has come."""
        return self.epoch, self.place

    def has_told_since(self, epoch: UUID, seq: int) -> bool:
        """Has somebody at this place got everything there is?"""
        return epoch == self.epoch and seq > 0 and max(self.last, self.told_from) <= seq <= self.place

    def window(self, stream: str) -> list[Frame]:
        """All of it at `place`, as frames; made once for all who ask at the same place."""
        frames = self._windows.get(stream)
        if frames is None:
            frames = window_frames(stream, self.epoch, self.place, self._told_rows, self._told)
            self._windows[stream] = frames
        return frames

    def see(self, facts: Facts) -> None:
        """The next row of the log."""
        if not (self.is_behind or self.backlog):
            self._apply(facts)
        elif len(self.backlog) < MOST_WAITING:
            self.backlog.append(facts)
        else:
            self.backlog.clear()
            self.fall_behind(facts.seq)

    def catch_up(self) -> bool:
        """Apply one of the rows that have waited; False: there is none, or the database is to be read first."""
        if self.is_behind or not self.backlog:
            return False
        self._apply(self.backlog.popleft())
        return True

    def fall_behind(self, seq: int) -> None:
        """Only the database knows what it is at this place."""
        self.is_behind = True
        self.must_reach = max(self.must_reach, seq)

    def take(self, reading: Reading) -> None:
        """The database has been read: tell what is different from what was told."""
        if reading.seq < max(self.must_reach, self.place):
            return
        size = self.selection.size
        is_first = self._rows is None
        self._rows = Rows(
            reading.rows,
            size=size,
            capacity=self.capacity,
            descending=self.selection.descending,
            is_all=reading.is_all,
        )
        self._members = Members(reading.numbers)
        self._my_teams, self._sorts_alike = reading.my_teams, reading.sorts_texts_alike
        self.is_behind = False
        if is_first:
            self._told, self._told_rows = Told.of(self._members), self._rows.window()
            self.last = self.told_from = reading.seq
            self._move_to(reading.seq)
        else:
            self._tell(reading.seq, difference(self._told_rows, self._rows.window()))

    def _apply(self, facts: Facts) -> None:
        if facts.seq <= self.place:
            return
        change = self._change_of(facts)
        if change is None:
            self.fall_behind(facts.seq)
        else:
            self._tell(facts.seq, change)

    def _tell(self, seq: int, change: Change) -> None:
        was_at = self.place
        self._move_to(seq)
        told = Told.of(self._members) if change is not _NOTHING else self._told
        if not change and told == self._told:
            return
        self._told = told
        if change and self._rows is not None:
            self._told_rows = self._rows.window()
        prev, self.last = self.last, seq
        if seq == was_at:
            self.told_from = seq + 1
        if not self.outgoing.has_readers:
            return
        frame = ViewFrame(change, told)
        if frame.is_large:
            for subscription in self.outgoing.detach_all():
                self._show_anew(subscription)
        else:
            self.outgoing.tell(seq, lambda stream: frame.frame(stream, seq=seq, prev=prev))

    def _move_to(self, seq: int) -> None:
        self.place = seq
        self._windows.clear()
        self._moved.set()
        self._moved.clear()

    def _change_of(self, facts: Facts) -> Change | None:
        """None: the database must be asked."""
        if facts.ticket is not None:
            return self._change_by_ticket(facts, facts.ticket)
        if facts.gone is not None:
            return self._change_to(facts.gone["ticketId"], facts.gone["number"], None)
        if self._depends_on(facts):
            return None
        return self._change_by_names(facts)

    def _change_by_ticket(self, facts: Facts, ticket: dict[str, Any]) -> Change | None:
        self.evaluations += 1
        picked = self.selection.picks(facts, self._my_teams)
        return self._change_to(ticket["id"], ticket["number"], ticket if picked else None)

    def _change_to(self, id_: str, number: int, ticket: dict[str, Any] | None) -> Change | None:
        rows, members = self._rows, self._members
        if rows is None or (ticket is None and number not in members and id_ not in rows):
            return _NOTHING
        row = self.selection.row(ticket) if ticket is not None and self.selection.size else None
        if row is not None and not self._knows_its_place(row, rows):
            return None
        if ticket is None:
            members.discard(number)
        else:
            members.add(number)
        change = rows.change(id_, row)
        if members.runs_low or rows.is_short(members.count):
            return None
        return change

    def _knows_its_place(self, row: Row, rows: Rows) -> bool:
        """Can Python say where it belongs? Not where the database sorts titles by a locale."""
        if self.selection.sort_by != "title" or self._sorts_alike:
            return True
        known = rows.get(row.id)
        return known is not None and known.key == row.key

    def _depends_on(self, facts: Facts) -> bool:
        """Does it show others, or other parts of them, now that people, teams or fields have changed?"""
        if facts.type.startswith("custom_field."):
            return not self.selection.person.is_staff
        if self.selection.is_about_names and facts.type == "user.updated" and facts.renamed is not None:
            return True
        if not self.selection.is_about_teams:
            return False
        me = str(self.selection.me)
        if facts.type == "user.updated":
            return bool(facts.data["user"]["id"] == me and facts.changes.keys() & {"role", "isActive"})
        if facts.type == "team.created":
            return any(member["id"] == me for member in facts.data["team"]["members"])
        before, after = facts.changes.get("memberIds", ((), ()))
        return (me in before) != (me in after)

    def _change_by_names(self, facts: Facts) -> Change:
        names = facts.renamed
        if names is None or self._rows is None:
            return _NOTHING
        named = (facts.data.get("user") or facts.data["team"])["id"].encode()
        return self._rows.renew(
            lambda row: self.selection.row(names.corrected(orjson.loads(row.json))) if named in row.json else None
        )
