"""All tenants of the original service, one after the other, and the rows that lead to none."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from helpdesk.clock import now
from helpdesk.importing.rules.values import Choices, Notes, NotTaken, Row
from tenants.importing.desks import Here, NewDesk, desk_of, find_desk, finish_desk, make_desk
from tenants.importing.files import Files, Nowhere
from tenants.importing.people import import_people
from tenants.importing.report import Report
from tenants.importing.run import Run
from tenants.importing.source import TABLES, NotTheOriginal, Source
from tenants.importing.tickets import import_tickets
from tenants.importing.told import import_deliveries, import_notifications, import_webhooks

NO_TENANT = "it leads to no tenant"
TENANT_NOT_TAKEN = "its tenant was not taken"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the one who runs the import has asked for. `tenants` empty: all of them; else by id or slug there."""

    tenants: Collection[str] = ()
    slugs: Mapping[str, str] = field(default_factory=dict)
    choices: Choices = field(default_factory=Choices)
    files: Files = field(default_factory=Nowhere)
    dry: bool = False
    keep_suspended: bool = False


def import_everything(source: Source, report: Report, wanted: Wanted, step: Callable[[int], None]) -> None:
    """Take what can be taken; each row that is not is in the report. Raises NotTheOriginal for an unknown tenant."""
    for row in wanted_tenants(source, wanted):
        _import_tenant(source, report, wanted, row, step)
    if not wanted.tenants:
        for table in TABLES:
            for id_ in source.ids(table, None):
                report.refused("", table, id_, NO_TENANT)
                step(1)


def wanted_tenants(source: Source, wanted: Wanted) -> list[Row]:
    """The rows of the tenants that are asked for."""
    rows = source.tenants()
    names = {str(row[column]) for row in rows for column in ("id", "slug")}
    if unknown := sorted(set(wanted.tenants) - names):
        raise NotTheOriginal(f"There is no tenant {', '.join(unknown)} there.")
    return [row for row in rows if not wanted.tenants or {str(row["id"]), str(row["slug"])} & set(wanted.tenants)]


def count_rows(source: Source, wanted: Wanted) -> int:
    """How many rows there are to look at."""
    if not wanted.tenants:
        return len(source.tenants()) + sum(source.count(table) for table in TABLES)
    rows = wanted_tenants(source, wanted)
    return len(rows) + sum(source.count(table, str(row["id"])) for row in rows for table in TABLES)


def _import_tenant(source: Source, report: Report, wanted: Wanted, row: Row, step: Callable[[int], None]) -> None:
    opened = _open(report, wanted, row)
    step(1)
    if opened is None:
        for table in TABLES:
            for id_ in source.ids(table, str(row["id"])):
                report.refused(str(row["slug"]), table, id_, TENANT_NOT_TAKEN)
                step(1)
        return
    new, here = opened
    run = Run(
        source=source,
        report=report,
        step=step,
        tenant_id=str(row["id"]),
        slug=new.slug,
        here=here,
        now=now(),
        choices=wanted.choices,
        files=wanted.files,
        dry=wanted.dry,
    )
    import_people(run)
    import_tickets(run)
    import_notifications(run)
    import_webhooks(run)
    import_deliveries(run)
    if here and not wanted.dry:
        finish_desk(here, resume=new.is_active and not wanted.keep_suspended)


def _open(report: Report, wanted: Wanted, row: Row) -> tuple[NewDesk, Here | None] | None:
    """The desk of a tenant, made where it is missing; None where it stays behind."""
    notes = Notes()
    try:
        new = desk_of(row, slugs=wanted.slugs, notes=notes)
        here = find_desk(new)
    except NotTaken as why:
        report.refused(str(row["slug"]), "Tenant", str(row["id"]), str(why))
        return None
    if here:
        report.here("Tenant")
        return new, here
    report.taken("Tenant")
    report.changed(new.slug, "Tenant", str(row["id"]), notes.words)
    return new, None if wanted.dry else make_desk(new)
