"""`/sla`: policies; and `GET /tickets/{id}/sla`: what is promised on a ticket, and why."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from ninja import Body, Query, Router

from helpdesk.answers import answer, no_content
from helpdesk.events.sla_payloads import SlaPolicyPayload
from helpdesk.people.requests import PersonRequest
from helpdesk.sla import queries
from helpdesk.sla.actions import policies as actions
from helpdesk.sla.calendar import list_countries
from helpdesk.sla.explaining import explain
from helpdesk.sla.schemas import (
    ChangeSlaPolicy,
    CreateSlaPolicy,
    HolidayCountries,
    HolidayCountry,
    OrderSlaPolicies,
    SlaApplied,
    SlaPolicyList,
    SlaPolicyListQuery,
    TicketSla,
)
from helpdesk.sla.shapes import policy_payload, shapes_of

router = Router()
tickets = Router()


@tickets.get("/{ticket_id}/sla", operation_id="getTicketSla", response=TicketSla, summary="What is promised, and why")
def get_ticket_sla(request: PersonRequest, ticket_id: UUID) -> HttpResponse:
    """Every clock of the ticket, made anew from the log, with the steps of its time."""
    return answer(explain(request.auth, ticket_id))


@router.get("/policies", operation_id="listSlaPolicies", response=SlaPolicyList, summary="List SLA policies")
def list_policies(request: PersonRequest, query: Query[SlaPolicyListQuery]) -> HttpResponse:
    """In the order in which they are asked: the first active one whose conditions hold is a ticket's."""
    page = queries.list_policies(query)
    rows = list(page.rows)
    return answer({"data": shapes_of(rows, queries.list_versions(rows)), "meta": page.meta})


@router.post(
    "/policies", operation_id="createSlaPolicy", response={201: SlaPolicyPayload}, summary="Make an SLA policy"
)
def create_policy(request: PersonRequest, body: Body[CreateSlaPolicy]) -> HttpResponse:
    """Behind the others. Tickets that are there already come under it once they match anew, or are told to (apply)."""
    policy, version = actions.create_policy(request.auth, fields=dict(body))
    return answer(policy_payload(policy, version), status=201)


@router.put(
    "/policies/order", operation_id="orderSlaPolicies", response=SlaPolicyList, summary="Put SLA policies in order"
)
def order_policies(request: PersonRequest, body: Body[OrderSlaPolicies]) -> HttpResponse:
    """Names all of them, the first that is asked first."""
    actions.order_policies(request.auth, policy_ids=body.policy_ids)
    return list_policies(request, SlaPolicyListQuery())


@router.get("/policies/{policy_id}", operation_id="getSlaPolicy", response=SlaPolicyPayload, summary="One SLA policy")
def get_policy(request: PersonRequest, policy_id: UUID) -> HttpResponse:
    """In its present version."""
    policy = queries.get_policy(policy_id)
    return answer(policy_payload(policy, queries.get_version(policy)))


@router.put(
    "/policies/{policy_id}", operation_id="updateSlaPolicy", response=SlaPolicyPayload, summary="Change an SLA policy"
)
def update_policy(request: PersonRequest, policy_id: UUID, body: Body[ChangeSlaPolicy]) -> HttpResponse:
    """Merges the fields it is given. Other terms are a new version: a ticket keeps its own until it matches anew."""
    policy, version = actions.change_policy(request.auth, policy_id, fields=body.given())
    return answer(policy_payload(policy, version))


router.patch(
    "/policies/{policy_id}", operation_id="patchSlaPolicy", response=SlaPolicyPayload, summary="Change an SLA policy"
)(update_policy)


@router.delete(
    "/policies/{policy_id}", operation_id="deleteSlaPolicy", response={204: None}, summary="Delete an SLA policy"
)
def delete_policy(request: PersonRequest, policy_id: UUID) -> HttpResponse:
    """The tickets under it keep their deadlines until they match anew."""
    actions.delete_policy(request.auth, policy_id)
    return no_content()


@router.post(
    "/apply", operation_id="applySlaPolicies", response={202: SlaApplied}, summary="Put all tickets under them"
)
def apply_policies(request: PersonRequest) -> HttpResponse:
    """Every active ticket matches anew, under the policies as they are now. A job does it, page by page."""
    return answer(actions.apply_policies(request.auth), status=202)


@router.get(
    "/countries", operation_id="listHolidayCountries", response=HolidayCountries, summary="Where holidays are known"
)
def list_holiday_countries(request: PersonRequest) -> HttpResponse:
    """Countries with the parts that have public holidays of their own."""
    known = list_countries().items()
    return answer(HolidayCountries(data=[HolidayCountry(country=code, subdivisions=parts) for code, parts in known]))
