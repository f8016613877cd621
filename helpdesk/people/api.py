"""`/users`: the people of a desk."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from ninja import Body, Query, Router

from helpdesk import desk
from helpdesk.answers import answer, no_content
from helpdesk.events.payloads import UserPayload
from helpdesk.people import actions, queries
from helpdesk.people.requests import PersonRequest
from helpdesk.people.schemas import ChangeProfile, ChangeUser, CreateUser, UserList, UserListQuery
from helpdesk.people.shapes import user_payload
from helpdesk.vocabulary import Role

router = Router()


@router.get("", operation_id="listUsers", response=UserList, summary="List people")
def list_users(request: PersonRequest, query: Query[UserListQuery]) -> HttpResponse:
    """Requesters, agents and admins, active or not."""
    page = queries.list_people(request.auth, query)
    tenant_id = desk.current().id
    rows = [user_payload(person, tenant_id=tenant_id).model_dump(mode="json", by_alias=True) for person in page.rows]
    return answer({"data": rows, "meta": page.meta})


@router.post("", operation_id="createUser", response={201: UserPayload}, summary="Add a person")
def create_user(request: PersonRequest, body: Body[CreateUser]) -> HttpResponse:
    """They are mailed an invitation, and can sign in once they have accepted it."""
    person = actions.add_person(
        request.auth,
        email=body.email,
        first_name=body.first_name,
        last_name=body.last_name,
        role=Role(body.role),
        is_invited=body.invite,
    )
    return answer(user_payload(person, tenant_id=desk.current().id), status=201)


@router.post(
    "/me/confirmation", operation_id="sendConfirmation", response={202: UserPayload}, summary="Confirm one's address"
)
def send_confirmation(request: PersonRequest) -> HttpResponse:
    """Mails another link; the one before ends. 409 `is_confirmed` where there is nothing to confirm."""
    person = actions.ask_for_confirmation(request.auth)
    return answer(user_payload(person, tenant_id=desk.current().id), status=202)


@router.patch("/me", operation_id="updateProfile", response=UserPayload, summary="Change one's own name")
def update_profile(request: PersonRequest, body: Body[ChangeProfile]) -> HttpResponse:
    """What others see from now on; what was said before keeps the name of its time in the log."""
    person = actions.change_profile(request.auth, fields=body.given())
    return answer(user_payload(person, tenant_id=desk.current().id))


@router.post("/me/sign-out", operation_id="signOutEverywhere", response={204: None}, summary="Sign out everywhere")
def sign_out_everywhere(request: PersonRequest) -> HttpResponse:
    """Every device, this one too."""
    actions.sign_out_everywhere(request.auth, request.auth.id)
    return no_content()


@router.get("/{user_id}", operation_id="getUser", response=UserPayload, summary="One person")
def get_user(request: PersonRequest, user_id: UUID) -> HttpResponse:
    """As `/auth/me` shows oneself."""
    return answer(user_payload(queries.get_person(request.auth, user_id), tenant_id=desk.current().id))


@router.put("/{user_id}", operation_id="updateUser", response=UserPayload, summary="Change a person")
def update_user(request: PersonRequest, user_id: UUID, body: Body[ChangeUser]) -> HttpResponse:
    """Name, address, role, whether they may sign in. The last active admin stays one."""
    person = actions.change_person(request.auth, user_id, fields=body.given())
    return answer(user_payload(person, tenant_id=desk.current().id))


router.patch("/{user_id}", operation_id="patchUser", response=UserPayload, summary="Change a person")(update_user)


@router.post("/{user_id}/invite", operation_id="inviteUser", response={202: UserPayload}, summary="Invite once more")
def invite_user(request: PersonRequest, user_id: UUID) -> HttpResponse:
    """Who has not accepted yet; the invitation before ends. 409 `has_accepted` for everybody else."""
    return answer(user_payload(actions.invite_again(request.auth, user_id), tenant_id=desk.current().id), status=202)


@router.post("/{user_id}/sign-out", operation_id="signOutUser", response={204: None}, summary="Sign somebody out")
def sign_out_user(request: PersonRequest, user_id: UUID) -> HttpResponse:
    """Everywhere, at once."""
    actions.sign_out_everywhere(request.auth, user_id)
    return no_content()
