"""What a tenant's own log says of the tenant: one row for each kind of change, in the transaction of the change."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from helpdesk.events.desk_events import DeskEvent, DeskResumed, DeskSettingsChanged, DeskSuspended, DeskUpdated
from helpdesk.events.log import record
from helpdesk.events.payloads import DeskPayload
from helpdesk.shapes import same_json, to_json_name
from tenants.door import Somebody
from tenants.models import Tenant

WHERE_IT_IS = ("name", "slug", "domains")


def record_changes(
    actor: Somebody | None, tenant: Tenant, *, domains: Collection[str], changes: Mapping[str, tuple[Any, Any]]
) -> None:
    """`tenant` and `domains` as they are now; `changes`: before and after, by Python name."""
    desk = DeskPayload(
        id=tenant.id, name=tenant.name, slug=tenant.slug, domains=sorted(domains), is_active=tenant.is_active
    )
    told = {to_json_name(name): changes[name] for name in WHERE_IT_IS if name in changes}
    events: list[DeskEvent] = [DeskUpdated(desk=desk, changes=told)] if told else []
    if "settings" in changes:
        events.append(DeskSettingsChanged(desk=desk, changes={"settings": _differing(*changes["settings"])}))
    if "is_active" in changes:
        state = DeskResumed if tenant.is_active else DeskSuspended
        events.append(state(desk=desk, changes={"isActive": changes["is_active"]}))
    for event in events:
        record(actor, event)


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Of both only what is not the same in the other: one setting is not lost among the others."""
    same = {name for name in before.keys() & after.keys() if same_json({"": before[name]}, {"": after[name]})}
    return {name: before[name] for name in before.keys() - same}, {name: after[name] for name in after.keys() - same}
