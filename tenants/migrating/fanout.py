"""Many schemas, one after the other or several at once; each migration in each is a transaction of its own.

So whatever stops it, each schema stands before or after a migration, its recorder says which, and the next run goes on
from there. A schema that somebody else holds locked waits at the end of the queue; one that fails stops no other.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from django.db import InterfaceError, OperationalError, connection, transaction
from psycopg import Error as PostgresError
from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from tenants import context
from tenants.context import TenantRef
from tenants.migrating.route import Key, Route, Step
from tenants.versions import newest_version

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 5.0
MOST_LOST = 3
"""So often a worker finds the database away before it gives up."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A tenant that could not be brought up to date, and why."""

    ref: TenantRef
    reason: str


@dataclass(slots=True)
class Result:
    """What came of it. `left` were not tried, or not to their end, because it was stopped or the database went away."""

    migrated: int = 0
    failures: list[Failure] = field(default_factory=list)
    left: int = 0


@dataclass(frozen=True, slots=True)
class _Turn:
    ref: TenantRef
    tries: int = 0
    not_before: float = 0.0


class FanOut:
    """`tries`: how often a schema is tried that is locked. `on_progress` hears of each tenant that is done with."""

    def __init__(
        self,
        refs: Sequence[TenantRef],
        *,
        workers: int = 1,
        lock_timeout_ms: int = 2000,
        tries: int = 10,
        on_progress: Callable[[TenantRef, Failure | None], None] = lambda *_: None,
    ) -> None:
        self._queue = deque(_Turn(ref) for ref in refs)
        self._workers, self._lock_timeout_ms, self._tries = max(1, min(workers, len(refs))), lock_timeout_ms, tries
        self._on_progress = on_progress
        self._guard = threading.Lock()
        self._stopped = threading.Event()
        self._result = Result()
        self._under_way = 0

    def run(self) -> Result:
        """Until all are done with. Ctrl-C lets each worker finish the migration it is at."""
        threads = [threading.Thread(target=self._work_and_close) for _ in range(self._workers)]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        except KeyboardInterrupt:
            self._stopped.set()
            for thread in threads:
                thread.join()
        self._result.left = len(self._queue)
        return self._result

    def _work_and_close(self) -> None:
        try:
            self._work()
        finally:
            connection.close()

    def _work(self) -> None:
        route, lost = Route(), 0
        while lost < MOST_LOST and (turn := self._next()) is not None:
            try:
                migrate(turn.ref, route, lock_timeout_ms=self._lock_timeout_ms, must_stop=self._stopped.is_set)
            except Stopped:
                self._put_back(turn)
                return
            except Exception as error:
                lost = lost + 1 if _is_lost(error) else 0
                self._after(turn, error)
            else:
                lost = 0
                self._done(turn, None)

    def _next(self) -> _Turn | None:
        """The next whose time has come; waits for those that others are at, because they may come back."""
        while not self._stopped.is_set():
            with self._guard:
                if not self._queue and not self._under_way:
                    return None
                at = time.monotonic()
                for _ in range(len(self._queue)):
                    turn = self._queue.popleft()
                    if turn.not_before <= at:
                        self._under_way += 1
                        return turn
                    self._queue.append(turn)
            self._stopped.wait(0.05)
        return None

    def _after(self, turn: _Turn, error: Exception) -> None:
        if _comes_by_itself(error) and turn.tries + 1 < self._tries:
            pause = min(FIRST_PAUSE_S * 2**turn.tries, LONGEST_PAUSE_S)
            self._put_back(replace(turn, tries=turn.tries + 1, not_before=time.monotonic() + pause))
        elif _is_lost(error):
            connection.close()
            self._put_back(replace(turn, not_before=time.monotonic() + FIRST_PAUSE_S))
        else:
            self._done(turn, Failure(turn.ref, _reason(error)))

    def _put_back(self, turn: _Turn) -> None:
        with self._guard:
            self._under_way -= 1
            self._queue.append(turn)

    def _done(self, turn: _Turn, failure: Failure | None) -> None:
        with self._guard:
            self._under_way -= 1
            if failure is None:
                self._result.migrated += 1
            else:
                self._result.failures.append(failure)
            self._on_progress(turn.ref, failure)


class Busy(Exception):
    """Another run is at this tenant."""


class Stopped(Exception):
    """Somebody asked to stop; this tenant is left between two migrations."""


class WhileMigrating(Exception):
    """Which migration failed; its cause says why."""


def migrate(
    ref: TenantRef, route: Route, *, lock_timeout_ms: int, must_stop: Callable[[], bool] = lambda: False
) -> None:
    """Bring one tenant up to date, a transaction a migration. Raises WhileMigrating, or Stopped between two of them."""
    with context.tenant(ref), transaction.atomic():
        recorded = _recorded(ref)
    if recorded is None:
        return
    missing = route.missing(recorded)
    for key in missing:
        if must_stop():
            raise Stopped
        step = None if route.stands_for_done(key, recorded) else route.step(key)
        try:
            _take(ref, key, step, lock_timeout_ms, is_last=key == missing[-1])
        except Exception as error:
            raise WhileMigrating(f"{key[0]}.{key[1]}") from error
        recorded.add(key)
    if not missing:
        with context.tenant(ref), transaction.atomic():
            _note_version(ref)


def _take(ref: TenantRef, key: Key, step: Step | None, lock_timeout_ms: int, *, is_last: bool) -> None:
    if step is None or step.is_atomic:
        with context.tenant(ref), transaction.atomic():
            _wait_at_most("LOCAL", lock_timeout_ms)
            if _claim(ref, key) and step is not None:
                step.take()
            if is_last:
                _note_version(ref)
        return
    with context.tenant(ref, direct=True), _alone(ref, lock_timeout_ms):
        if key not in (_recorded(ref) or ()):
            step.take()
        with transaction.atomic():
            _claim(ref, key)
            if is_last:
                _note_version(ref)


def _note_version(ref: TenantRef) -> None:
    """What the one query asks for that finds who is behind: a commit saved where it goes with the last migration."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE public.tenant SET schema_version = %s WHERE id = %s", [newest_version(), ref.id])


@contextmanager
def _alone(ref: TenantRef, lock_timeout_ms: int) -> Iterator[None]:
    """The only one at a step without a transaction in this tenant. Raises Busy: who waited would hold such steps up."""
    number = int.from_bytes(ref.id.bytes[8:], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        if not cursor.fetchone()[0]:
            raise Busy
        try:
            _wait_at_most("SESSION", lock_timeout_ms)
            yield
        finally:
            cursor.execute("RESET lock_timeout")
            cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def _recorded(ref: TenantRef) -> set[Key] | None:
    """What it has; None where the tenant was deleted meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM public.tenant WHERE id = %s", [ref.id])
        if cursor.fetchone() is None:
            return None
        # By its full name: without the schema there must be no other table to read.
        cursor.execute(f'SELECT app, name FROM "{ref.schema_name}".django_migrations')
        return set(cursor.fetchall())


def _claim(ref: TenantRef, key: Key) -> bool:
    """Record it, unless somebody did meanwhile: two runs at once stand in line at the tenant's row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM public.tenant WHERE id = %s FOR NO KEY UPDATE", [ref.id])
        if cursor.fetchone() is None:
            return False  # deleted meanwhile
        table = f'"{ref.schema_name}".django_migrations'
        cursor.execute(
            f"INSERT INTO {table} (app, name, applied) SELECT %s, %s, now()"
            f" WHERE NOT EXISTS (SELECT 1 FROM {table} WHERE app = %s AND name = %s)",
            [*key, *key],
        )
        return bool(cursor.rowcount)


def _wait_at_most(scope: str, milliseconds: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET {scope} lock_timeout = {int(milliseconds)}")


def _first_cause(error: BaseException) -> BaseException:
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def _comes_by_itself(error: Exception) -> bool:
    return isinstance(_first_cause(error), Busy | LockNotAvailable | DeadlockDetected | SerializationFailure)


def _is_lost(error: Exception) -> bool:
    """Has the connection gone, rather than the server refused something?"""
    cause = error.__cause__ if isinstance(error, WhileMigrating) else error
    first = _first_cause(error)
    gone = isinstance(first, PostgresError) and (first.sqlstate is None or first.sqlstate.startswith(("08", "57P")))
    return isinstance(cause, OperationalError | InterfaceError) and gone


def _reason(error: Exception) -> str:
    """One line: what it was doing, and the first line of why."""
    why = _first_cause(error)
    said = (str(why).strip().splitlines() or [""])[0]
    doing = f"{error}: " if isinstance(error, WhileMigrating) else ""
    return f"{doing}{type(why).__name__}: {said}"[:300]
