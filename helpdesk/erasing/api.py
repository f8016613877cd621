"""`POST /users/{id}/erase`: for who has the right to be forgotten."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from ninja import Body, Router

from helpdesk import desk
from helpdesk.answers import answer
from helpdesk.erasing.actions import people
from helpdesk.erasing.schemas import EraseUser
from helpdesk.events.payloads import UserPayload
from helpdesk.people.requests import PersonRequest
from helpdesk.people.shapes import user_payload

router = Router()


@router.post("/{user_id}/erase", operation_id="eraseUser", response={202: UserPayload}, summary="Erase a person")
def erase_user(request: PersonRequest, user_id: UUID, body: Body[EraseUser]) -> HttpResponse:
    """For good. Rows, files and sessions at once; the log within seconds, or minutes where it is long: `user.erased`
    tells when. Their tickets stay, as nobody's, unless `tickets` says otherwise.
    """
    person = people.erase_person(request.auth, user_id, confirm=body.confirm, texts=body.texts, tickets=body.tickets)
    return answer(user_payload(person, tenant_id=desk.current().id), status=202)
