"""A sweep goes over the tickets in the order of their ids, as bulk changes do; each ticket tells of its change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import Q

from helpdesk.clock import now
from helpdesk.macros.actions import MACROS
from helpdesk.macros.models import Macro
from helpdesk.people.models import Person
from helpdesk.sla.actions.policies import rewrite_conditions
from helpdesk.sweeps.models import TicketSweep
from helpdesk.sweeps.rules import OptionsReplaced, Sweep, TagsRenamed, kept, read_sweep
from helpdesk.ticket_templates.actions import TEMPLATES
from helpdesk.ticket_templates.models import TicketTemplate
from helpdesk.ticket_views.actions import rewrite_filters
from helpdesk.tickets.actions import apply_change, save_tickets
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.named import Named
from helpdesk.tickets.queries import lock_tickets
from helpdesk.vocabulary import Role
from helpdesk.wakeups import note_progress, settle, wake

WAKEUP = "sweeps"
PAGE = 250
MOST_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Swept:
    """How many tickets were changed now, and whether more are to come."""

    changed: int
    is_done: bool


def begin_sweep(actor: Person, sweep: Sweep) -> Swept:
    """Change up to 1,000 tickets in this unit of work; what is left a job does. Saved views follow at once."""
    rewrite_filters(actor, sweep.filter_after)
    MACROS.rewrite(actor, partial(_macro_after, sweep))
    TEMPLATES.rewrite(actor, partial(_template_after, sweep))
    rewrite_conditions(actor, partial(_conditions_after, sweep))
    if isinstance(sweep, OptionsReplaced):
        _fold_into_unfinished(sweep)
    kind, spec = kept(sweep)
    row = TicketSweep.objects.create(kind=kind, spec=spec, actor_id=actor.id)
    changed = 0
    while changed < MOST_AT_ONCE:
        found = _sweep_page(row)
        changed += found
        if not found:
            row.delete()
            return Swept(changed, is_done=True)
    wake(WAKEUP, now())
    return Swept(changed, is_done=False)


def _fold_into_unfinished(later: OptionsReplaced) -> None:
    """What is still to become one of these options becomes at once what stands in its place."""
    for row in TicketSweep.objects.select_for_update().filter(kind="options", spec__key=later.key).order_by("id"):
        sweep = read_sweep(row.kind, row.spec)
        if not isinstance(sweep, OptionsReplaced):
            continue
        both = sweep.then(later)
        if both.replace:
            row.spec = kept(both)[1]
            row.save(update_fields=["spec"])
        else:
            row.delete()


def sweep_some() -> Swept | None:
    """The next page of the oldest sweep; None where nothing is left, or others are at it."""
    row = TicketSweep.objects.select_for_update(skip_locked=True).order_by("created_at", "id").first()
    if row is None:
        settle(WAKEUP, _next_due)
        return None
    note_progress(WAKEUP)
    changed = _sweep_page(row)
    if changed:
        row.is_dirty = True
    elif row.is_dirty:
        row.after_id, row.is_dirty = None, False
    else:
        row.delete()
        return Swept(0, is_done=True)
    row.save(update_fields=["after_id", "is_dirty"])
    return Swept(changed, is_done=False)


def _next_due() -> datetime | None:
    first = TicketSweep.objects.order_by("created_at").first()
    return now() if first else None


def _sweep_page(row: TicketSweep) -> int:
    """The next tickets that it concerns: how many there were."""
    sweep, actor = read_sweep(row.kind, row.spec), _whoever(row)
    concerned = Ticket.objects.filter(_concerned(sweep))
    if row.after_id is not None:
        concerned = concerned.filter(id__gt=row.after_id)
    ids = list(concerned.order_by("id").values_list("id", flat=True)[:PAGE])
    if not ids:
        return 0
    tickets, named = lock_tickets(actor, ids).values(), Named()
    changed = [
        ticket
        for ticket in tickets
        if apply_change(actor, ticket, fields=_after(sweep, ticket), named=named, is_checked=False)
    ]
    save_tickets(changed)
    row.after_id = ids[-1]
    return len(ids)


def _whoever(row: TicketSweep) -> Person:
    """Who wanted it was let: what has become of them since stops nothing half-way."""
    person = Person.objects.filter(id=row.actor_id).first() or Person(id=row.actor_id)
    person.role = Role.ADMIN.value
    return person


def _concerned(sweep: Sweep) -> Q:
    if isinstance(sweep, TagsRenamed):
        return Q(tags__overlap=list(sweep.tags))
    where = Q()
    for option in sweep.replace:
        where |= Q(custom_fields__contains={sweep.key: option}) | Q(custom_fields__contains={sweep.key: [option]})
    return where


def _after(sweep: Sweep, ticket: Ticket) -> dict[str, Any]:
    if isinstance(sweep, TagsRenamed):
        return {"tags": sweep.tags_after(ticket.tags)}
    return {"custom_fields": sweep.fields_after(ticket.custom_fields)}


def _macro_after(sweep: Sweep, macro: Macro) -> dict[str, Any]:
    if isinstance(sweep, TagsRenamed):
        return {"add_tags": sweep.tags_after(macro.add_tags), "remove_tags": sweep.tags_after(macro.remove_tags)}
    return {"set_fields": _with_fields(sweep, macro.set_fields, "setCustomFields")}


def _template_after(sweep: Sweep, template: TicketTemplate) -> dict[str, Any]:
    ticket = template.ticket
    if isinstance(sweep, TagsRenamed):
        return {"ticket": {**ticket, "tags": sweep.tags_after(ticket["tags"])} if "tags" in ticket else ticket}
    return {"ticket": _with_fields(sweep, ticket, "customFields")}


def _conditions_after(sweep: Sweep, conditions: dict[str, Any]) -> dict[str, Any]:
    """Of an SLA policy. What would ask for nothing any more is left as it is: else the policy were everybody's."""
    if isinstance(sweep, TagsRenamed):
        return {**conditions, "tags": sweep.tags_after(conditions["tags"])}
    after = sweep.fields_after(conditions["customFields"])
    return {**conditions, "customFields": after} if after.keys() == conditions["customFields"].keys() else conditions


def _with_fields(sweep: OptionsReplaced, fields: dict[str, Any], name: str) -> dict[str, Any]:
    return {**fields, name: sweep.fields_after(fields[name])} if name in fields else fields
