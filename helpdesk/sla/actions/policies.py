"""What admins do to policies. A changed policy is a new version; nobody's deadline moves before it matches anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction
from django.db.models import Max

from helpdesk.clock import now
from helpdesk.errors import Conflict, ValidationFailed
from helpdesk.events import sla_events
from helpdesk.events.log import record
from helpdesk.people.models import Person
from helpdesk.permissions import require
from helpdesk.shapes import same_json, to_json_name
from helpdesk.sla.actions.noting import begin_sweep
from helpdesk.sla.calendar import UnknownPlace, list_holidays
from helpdesk.sla.hours import BadHours, NeverOpen
from helpdesk.sla.models import SlaPolicy, SlaPolicyVersion
from helpdesk.sla.queries import get_policy, get_version, policies
from helpdesk.sla.rules import LONGEST, VersionTerms, is_ever_open, terms_of
from helpdesk.sla.schemas import MOST_POLICIES, SlaApplied, stored
from helpdesk.sla.shapes import policy_payload
from helpdesk.teams.models import Team
from helpdesk.tickets.filter import TicketFilter
from helpdesk.tickets.queries import count_tickets
from helpdesk.vocabulary import TicketStatus


class TooManyPolicies(Conflict):
    """A desk has at most 50 SLA policies."""

    reason = "too_many"


class PolicyNameTaken(Conflict):
    """Another SLA policy has this name."""

    reason = "name_taken"


class OtherPolicies(Conflict):
    """These are not all the SLA policies there are: read them anew."""

    reason = "other_policies"


def create_policy(actor: Person, *, fields: Mapping[str, Any]) -> tuple[SlaPolicy, SlaPolicyVersion]:
    """A new policy, behind the others. `fields` by Python name, with every field there is."""
    require(actor, "createSlaPolicy")
    _one_at_a_time()
    if policies().count() >= MOST_POLICIES:
        raise TooManyPolicies
    kept, holidays = _checked(stored(dict(fields)))
    moment = now()
    last = policies().aggregate(last=Max("position"))["last"] or 0
    policy = SlaPolicy(
        name=fields["name"],
        is_active=fields["is_active"],
        position=last + 1,
        created_at=moment,
        updated_at=moment,
    )
    _save(policy, new=True)
    version = _add_version(policy, kept, holidays)
    record(actor, sla_events.SlaPolicyCreated(policy=policy_payload(policy, version)))
    return policy, version


def change_policy(actor: Person, policy_id: UUID, *, fields: Mapping[str, Any]) -> tuple[SlaPolicy, SlaPolicyVersion]:
    """Set the given fields. Changed terms are a new version; the tickets under the old one stay there for now."""
    require(actor, "updateSlaPolicy")
    policy = get_policy(policy_id, lock=True)
    version = get_version(policy)
    wanted = stored(dict(fields))
    changes = {
        to_json_name(name): (version.terms[name], value)
        for name, value in wanted.items()
        if not same_json(version.terms[name], value)
    }
    if changes:
        kept, holidays = _checked(version.terms | wanted)
        policy.version += 1
        version = _add_version(policy, kept, holidays)
    for name in ("name", "is_active"):
        if name in fields and getattr(policy, name) != fields[name]:
            changes[to_json_name(name)] = (getattr(policy, name), fields[name])
            setattr(policy, name, fields[name])
    if changes:
        policy.updated_at = now()
        _save(policy)
        record(actor, sla_events.SlaPolicyUpdated(policy=policy_payload(policy, version), changes=changes))
    return policy, version


def rewrite_conditions(actor: Person, rewrite: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """What conditions name is called otherwise from now on: theirs follow, in a new version of the same terms."""
    for policy in policies().order_by("id").select_for_update():
        version = get_version(policy)
        before, after = version.terms["conditions"], rewrite(version.terms["conditions"])
        if same_json(before, after):
            continue
        policy.version, policy.updated_at = policy.version + 1, now()
        made = _add_version(policy, version.terms | {"conditions": after}, version.holidays)
        _save(policy)
        changes = {"conditions": (before, after)}
        record(actor, sla_events.SlaPolicyUpdated(policy=policy_payload(policy, made), changes=changes))


def order_policies(actor: Person, *, policy_ids: Sequence[UUID]) -> None:
    """Ask them in this order from now on. Raises OtherPolicies where these are not all."""
    require(actor, "orderSlaPolicies")
    _one_at_a_time()
    found = {policy.id: policy for policy in policies().order_by("id").select_for_update()}
    if found.keys() != set(policy_ids):
        raise OtherPolicies
    for position, id_ in enumerate(policy_ids, start=1):
        policy = found[id_]
        if policy.position == position:
            continue
        changes = {"position": (policy.position, position)}
        policy.position, policy.updated_at = position, now()
        policy.save()
        payload = policy_payload(policy, get_version(policy))
        record(actor, sla_events.SlaPolicyUpdated(policy=payload, changes=changes))


def delete_policy(actor: Person, policy_id: UUID) -> None:
    """Take it away. The tickets under it keep their deadlines until they match anew."""
    require(actor, "deleteSlaPolicy")
    policy = get_policy(policy_id, lock=True)
    policy.deleted_at = policy.updated_at = now()
    policy.save()
    record(actor, sla_events.SlaPolicyDeleted(policy_id=policy.id, name=policy.name))


def apply_policies(actor: Person) -> SlaApplied:
    """Let every active ticket match anew, under the policies of now; a job does it, page by page."""
    require(actor, "applySlaPolicies")
    active = [status for status in TicketStatus if status.is_active]
    count, is_capped = count_tickets(actor, TicketFilter(status=active))
    begin_sweep()
    record(actor, sla_events.SlaPoliciesApplied(count=count))
    return SlaApplied(count=count, is_capped=is_capped)


def _one_at_a_time() -> None:
    """Places are given and counted by one at a time."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE sla_policy IN SHARE ROW EXCLUSIVE MODE")


def _checked(terms: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The terms and the holidays of their country. Raises ValidationFailed where they promise nothing that holds."""
    kept = VersionTerms.model_validate(terms)
    holidays = _holidays(kept)
    _require_zone(kept.hours.zone)
    targets = {name: minutes for name, minutes in kept.targets if minutes}
    if not targets:
        raise ValidationFailed.of("targets", "Promise at least one of the three.", "missing")
    if kept.warning is not None and kept.warning >= min(targets.values()):
        raise ValidationFailed.of("warning", "The warning comes before every target: fewer minutes.", "too_long")
    _require_open(kept, holidays)
    _require_known(kept)
    return kept.model_dump(mode="json", by_alias=True), holidays


def _holidays(kept: VersionTerms) -> list[tuple[str, str]]:
    country, subdivision = kept.hours.country, kept.hours.subdivision
    if country is None:
        if subdivision is not None:
            raise ValidationFailed.of("hours.subdivision", "A part of which country?", "missing_country")
        return []
    try:
        found = list_holidays(country, subdivision, around=now().year)
    except UnknownPlace as error:
        text = "The calendar knows no such country." if error.part == "country" else "This country has no such part."
        raise ValidationFailed.of(f"hours.{error.part}", text, f"unknown_{error.part}") from error
    return [(day.isoformat(), name) for day, name in found]


def _require_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise ValidationFailed.of("hours.zone", "There is no such time zone.", "unknown_zone") from error


def _require_open(kept: VersionTerms, holidays: list[tuple[str, str]]) -> None:
    never = "Nobody is ever there: open at least one hour that no holiday closes."
    if len({day.date for day in kept.hours.days}) != len(kept.hours.days):
        raise ValidationFailed.of("hours.days", "Each date once.", "twice")
    try:
        terms, moment = terms_of(kept, holidays), now()
        if not is_ever_open(terms.hours, after=moment):
            raise ValidationFailed.of("hours", never, "never_open")
        for kind, target in terms.targets.items():
            if terms.hours.after(moment, target) - moment > LONGEST:
                field = f"targets.{to_json_name(kind.value)}"
                raise ValidationFailed.of(field, "In these hours that takes more than ten years.", "too_long")
    except BadHours as error:
        raise ValidationFailed.of("hours", str(error), "bad_hours") from error
    except NeverOpen as error:
        raise ValidationFailed.of("hours", never, "never_open") from error


def _require_known(kept: VersionTerms) -> None:
    """Who is notified and assigned to are active agents and admins, the teams are there."""
    named = {id_ for one in kept.escalations for id_ in one.notify_ids}
    named |= {one.assign_to_id for one in kept.escalations if one.assign_to_id}
    staff = {one.id for one in Person.objects.filter(id__in=named, is_active=True) if one.is_staff}
    if named - staff:
        raise ValidationFailed.of("escalations", "There is no such active agent or admin.", "unknown_person")
    teams = set(kept.conditions.team_ids)
    if Team.objects.filter(id__in=teams).count() < len(teams):
        raise ValidationFailed.of("conditions.teamIds", "There is no such team.", "unknown_team")


def _add_version(policy: SlaPolicy, terms: dict[str, Any], holidays: list[tuple[str, str]]) -> SlaPolicyVersion:
    return SlaPolicyVersion.objects.create(
        policy=policy, number=policy.version, terms=terms, holidays=holidays, created_at=now()
    )


def _save(policy: SlaPolicy, *, new: bool = False) -> None:
    try:
        with transaction.atomic():
            policy.save(force_insert=new, force_update=not new)
    except IntegrityError as error:
        raise PolicyNameTaken from error
