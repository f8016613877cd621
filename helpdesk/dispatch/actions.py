"""Reading the log once, in order, and handing each event to its readers: the one visible fan-out.

A page of events, what the readers make of it and the cursor commit together: killed anywhere, the page is
handled again from its beginning, or not at all. The cursor's row lock is the lease: a second worker passes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog
from django.db import OperationalError, transaction
from django.db.models import Min

from helpdesk.assignment.actions import wake_sharing
from helpdesk.dispatch.models import DeadLetter, LogCursor
from helpdesk.events.log import forget_rows
from helpdesk.events.queries import LogRow, get_head, get_row, list_rows, seq_before
from helpdesk.mail.actions.outbox import queue_mail
from helpdesk.notifications.actions import tell
from helpdesk.retention import kept_since
from helpdesk.sla.actions.noting import note_tickets
from helpdesk.wakeups import note_progress
from helpdesk.webhooks.actions.filling import forget_answers, wake_webhooks
from helpdesk.webhooks.models import Webhook, WebhookDelivery
from helpdesk.webhooks.rules import DeliveryState
from helpdesk.work import current_work

Reader = Callable[[LogRow], object]

READERS: Mapping[str, Reader] = {"notifications": tell, "mail": queue_mail, "webhook answers": forget_answers}
"""Every reader of the log that writes, in the order in which an event reaches them. What was imported reaches none."""

PageReader = Callable[[Sequence[LogRow]], object]

PAGE_READERS: Mapping[str, PageReader] = {"webhooks": wake_webhooks, "assignment": wake_sharing, "sla": note_tickets}
"""Those that only want to know that there is something new: told once a page."""

DISPATCHER = "dispatcher"
PAGE_ROWS = 100
ROWS_FORGOTTEN_AT_ONCE = 5_000
"""Nobody else writes to the log meanwhile."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """What one page came to. `behind`: there was more to read when it ended."""

    handled: int
    put_aside: int
    behind: bool


def dispatch_page(readers: Mapping[str, Reader] = READERS) -> Progress | None:
    """Handle the next page, in the open unit of work. None: another worker is at it."""
    LogCursor.objects.get_or_create(reader=DISPATCHER)
    cursor = LogCursor.objects.select_for_update(skip_locked=True).filter(reader=DISPATCHER).first()
    if cursor is None:
        return None
    cursor.seq = max(cursor.seq, get_head().anchor_seq)
    rows = list_rows(after=cursor.seq, limit=PAGE_ROWS)
    news = [row for row in rows if not row.is_past]
    put_aside = sum(_hand_to(name, reader, row) for row in news for name, reader in readers.items())
    if rows:
        for tell_page in PAGE_READERS.values():
            tell_page(rows)
        cursor.seq = rows[-1].seq
        cursor.save()
        # The head before the wake-up, as whoever writes to the log takes them: the other way round is a deadlock.
        get_head(lock=True)
        note_progress("dispatch")
    return Progress(len(rows), put_aside, behind=len(rows) == PAGE_ROWS)


def retry_dead_letter(letter: DeadLetter, readers: Mapping[str, Reader] = READERS) -> bool:
    """Hand it to its reader again. True: it has been handled, and the letter is gone."""
    row = get_row(letter.seq)
    reader = readers.get(letter.reader)
    if row is None or reader is None:
        letter.delete()
        return True
    if error := _failure_of(reader, row):
        letter.attempts += 1
        letter.error = error
        letter.save()
        return False
    letter.delete()
    return True


def forget_old_events(*, most: int = ROWS_FORGOTTEN_AT_ONCE) -> int:
    """Remove at most so many events that are older than is kept; says how many. Ask again until none is.

    What somebody has still to read stays: the dispatcher, every endpoint (a paused one too), a delivery that is tried.
    """
    oldest = kept_since("log")
    if oldest is None:
        return 0
    upto = min(seq_before(oldest), get_head().anchor_seq + most, *_still_needed())
    removed = forget_rows(upto=upto)
    DeadLetter.objects.filter(seq__lte=get_head().anchor_seq).delete()
    return removed


def _still_needed() -> list[int]:
    cursor = LogCursor.objects.filter(reader=DISPATCHER).values_list("seq", flat=True).first()
    endpoint = Webhook.objects.aggregate(seq=Min("cursor_seq"))["seq"]
    tried = WebhookDelivery.objects.filter(state=DeliveryState.PENDING.value).aggregate(seq=Min("seq"))["seq"]
    found = [cursor or 0]
    found += [endpoint] if endpoint is not None else []
    return found + ([tried - 1] if tried is not None else [])


def is_caught_up() -> bool:
    """Has everything been handled? The head is locked, so that nobody writes until the answer is used."""
    head = get_head(lock=True)
    cursor = LogCursor.objects.filter(reader=DISPATCHER).first()
    return (cursor.seq if cursor else 0) >= head.last_seq


def _hand_to(name: str, reader: Reader, row: LogRow) -> int:
    error = _failure_of(reader, row)
    if error:
        _log.error("event_put_aside", reader=name, seq=row.seq, type=row.type, error=error)
        DeadLetter.objects.get_or_create(reader=name, seq=row.seq, defaults={"error": error})
    return int(bool(error))


def _failure_of(reader: Reader, row: LogRow) -> str:
    """What went wrong, in words; empty where nothing did. The database away is nobody's poison: that is raised."""
    recorded = current_work().recorded
    before = len(recorded)
    try:
        with transaction.atomic():
            reader(row)
    except OperationalError:
        raise
    except Exception as error:
        del recorded[before:]  # its rows are undone, so its events did not happen
        _log.exception("reader_failed", seq=row.seq)
        return f"{type(error).__name__}: {error}"[:500]
    return ""
