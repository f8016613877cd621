"""Policies and explanations as their payloads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from helpdesk.events.sla_payloads import SlaHoliday, SlaPolicyPayload
from helpdesk.sla.models import SlaPolicy, SlaPolicyVersion
from helpdesk.sla.versions import kept_terms


def policy_payload(policy: SlaPolicy, version: SlaPolicyVersion) -> SlaPolicyPayload:
    """The policy with the terms of that version."""
    kept = kept_terms(version)
    return SlaPolicyPayload(
        id=policy.id,
        name=policy.name,
        position=policy.position,
        is_active=policy.is_active,
        version=version.number,
        conditions=kept.conditions,
        targets=kept.targets,
        hours=kept.hours,
        warning=kept.warning,
        escalations=kept.escalations,
        holidays=[SlaHoliday(date=day, name=name) for day, name in version.holidays],
        created_at=policy.created_at,
        updated_at=policy.updated_at,
    )


def shapes_of(policies: list[SlaPolicy], versions: Mapping[UUID, SlaPolicyVersion]) -> list[dict[str, Any]]:
    """Their JSON."""
    return [policy_payload(policy, versions[policy.id]).model_dump(mode="json", by_alias=True) for policy in policies]
