"""One page of an import is one transaction: its rows, its history, and every reader of the log moved past that history.

So nobody is mailed, notified or called for what happened elsewhere, and a process that is killed leaves whole pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from helpdesk.analytics.actions import derive_facts
from helpdesk.dispatch.actions import DISPATCHER, dispatch_page
from helpdesk.dispatch.models import LogCursor
from helpdesk.events.log import write_now
from helpdesk.events.queries import get_head
from helpdesk.webhooks.actions.filling import fill
from helpdesk.webhooks.models import Webhook
from helpdesk.work import unit_of_work


class LogIsBehind(Exception):
    """Something in the log has not been handed to its readers yet, and they cannot be moved past it."""


def catch_up() -> None:
    """Hand what is in the log to its readers, as the workers do. Opens units of work of its own."""
    while True:
        with unit_of_work():
            progress = dispatch_page()
        if progress is None or not progress.behind:
            break
    while True:
        with unit_of_work():
            if not fill():
                return


@contextmanager
def page() -> Iterator[list[UUID]]:
    """Inside, rows are written and the past is recorded. Raises LogIsBehind at its end: then nothing was written.

    Gives a list for the tickets that were made or answered: what analytics reads off them is derived at the end.
    """
    with unit_of_work():
        LogCursor.objects.get_or_create(reader=DISPATCHER)
        cursor = LogCursor.objects.select_for_update().get(reader=DISPATCHER)
        webhooks = list(Webhook.objects.select_for_update(no_key=True).order_by("id"))
        touched: list[UUID] = []
        yield touched
        last_seq = get_head(lock=True).last_seq
        if cursor.seq != last_seq or any(webhook.cursor_seq != last_seq for webhook in webhooks):
            raise LogIsBehind(_why(cursor, webhooks, last_seq))
        write_now()
        if touched:
            derive_facts(touched)
        _move_readers(get_head().last_seq)


def _move_readers(seq: int) -> None:
    LogCursor.objects.filter(reader=DISPATCHER).update(seq=seq)
    Webhook.objects.update(cursor_seq=seq)


def _why(cursor: LogCursor, webhooks: list[Webhook], last_seq: int) -> str:
    if resting := [webhook for webhook in webhooks if webhook.cursor_seq != last_seq and not webhook.is_active]:
        return f"The webhook {resting[0].id} is switched off and has events waiting: switch it on, or delete it, first."
    return f"The log's readers stand at {cursor.seq} of {last_seq}: others write to this desk. Run it again."
