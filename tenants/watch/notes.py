"""Refusals, counted in memory and written by one thread, each tenant's in a transaction of its own.

The refused transaction is rolled back, so it cannot hold them; and a stranger who is refused a thousand times a second
must cost a row, not a thousand. What is held and what an hour may fill is bounded; beyond it only the kind is counted.
A killed process loses about a second of refusals. Sign-ins are not here: they are written with their session.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.db import connection, transaction

from helpdesk.access_log.actions import record_accesses
from helpdesk.access_log.rules import Access, Times, hour_of
from helpdesk.clock import now
from helpdesk.meters import REFUSALS
from tenants import context
from tenants.context import TenantRef
from tenants.resolve import tenant_by_host, tenant_by_id

MOST_HELD = 5_000
"""Different refusals between two writings."""
MOST_HOSTS = 100
"""Different ones between two writings: each has to be looked up, and whoever is refused may name any."""
MOST_ROWS_AN_HOUR = 1_000
"""Of one tenant, by one process."""
WRITTEN_EVERY_S = 1.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Whose log: a tenant's by id, else that of the host, which is looked up when it is written."""

    tenant_id: UUID | None
    host: str = ""


class Notes:
    """`note` never waits and never fails; `write` does the work."""

    def __init__(self) -> None:
        self._lock, self._writing = threading.Lock(), threading.Lock()
        self._held: dict[tuple[Place, Access], Times] = {}
        self._dropped = 0
        self._hour: datetime | None = None
        self._rows: defaultdict[UUID, set[Access]] = defaultdict(set)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def note(self, place: Place, access: Access) -> None:
        """Once more."""
        REFUSALS.labels(access.kind.value).inc()
        moment = now()
        with self._lock:
            if (place, access) not in self._held and len(self._held) >= MOST_HELD:
                access = access.folded()
                if place.tenant_id is None or len(self._held) >= 2 * MOST_HELD:
                    self._dropped += 1
                    return
            self._add((place, access), Times(moment, moment))

    def write(self) -> None:
        """Write what is held. What cannot be written now is held on to, within the bounds."""
        with self._writing:
            with self._lock:
                held, self._held = self._held, {}
                dropped, self._dropped = self._dropped, 0
            if dropped:
                _log.warning("refusals_dropped", count=dropped)
            if held:
                self._write(held)

    def start(self) -> None:
        """Write every second from now on, in a thread of this process."""
        self._thread = threading.Thread(target=self._run, name="access-log", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write the rest and end."""
        if self._thread is not None:
            self._stop.set()
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while True:
            stopping = self._stop.wait(WRITTEN_EVERY_S)
            self.write()
            connection.close()
            if stopping:
                return

    def _write(self, held: dict[tuple[Place, Access], Times]) -> None:
        by_place: defaultdict[Place, dict[Access, Times]] = defaultdict(dict)
        for (place, access), times in held.items():
            by_place[place][access] = times
        hosts = 0
        for place, counted in by_place.items():
            hosts += place.tenant_id is None
            if place.tenant_id is None and hosts > MOST_HOSTS:
                with self._lock:
                    self._dropped += sum(times.count for times in counted.values())
                continue
            try:
                self._write_to(place, counted)
            except Exception as error:
                _log.warning("refusals_not_written", error=type(error).__name__, kinds=len(counted))
                self._take_back(place, counted)

    def _write_to(self, place: Place, counted: dict[Access, Times]) -> None:
        tenant = _tenant_at(place)
        if tenant is None:
            return
        bounded: dict[Access, Times] = {}
        for access, times in counted.items():
            kept = access if self._has_room(tenant, access) else access.folded()
            if kept in bounded:
                bounded[kept].add(times)
            else:
                bounded[kept] = Times(times.first_at, times.last_at, times.count)
        with context.tenant(tenant), transaction.atomic():
            record_accesses(bounded)

    def _has_room(self, tenant: TenantRef, access: Access) -> bool:
        if access.hour != self._hour:
            self._hour = access.hour
            self._rows.clear()
        rows = self._rows[tenant.id]
        if access not in rows and len(rows) >= MOST_ROWS_AN_HOUR:
            return False
        rows.add(access)
        return True

    def _take_back(self, place: Place, counted: dict[Access, Times]) -> None:
        with self._lock:
            for access, times in counted.items():
                if len(self._held) < MOST_HELD or (place, access) in self._held:
                    self._add((place, access), times)
                else:
                    self._dropped += times.count

    def _add(self, key: tuple[Place, Access], times: Times) -> None:
        if key in self._held:
            self._held[key].add(times)
        else:
            self._held[key] = times


def _tenant_at(place: Place) -> TenantRef | None:
    if place.tenant_id is not None:
        return tenant_by_id(place.tenant_id)
    found = tenant_by_host(place.host)
    return found if isinstance(found, TenantRef) else None


def this_hour() -> datetime:
    """The hour that is counted in now."""
    return hour_of(now())


notes = Notes()
"""Of this process."""
