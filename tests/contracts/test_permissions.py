"""The permission table, walked over every operation of the OpenAPI document and every role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from helpdesk.people.actions import start_session
from helpdesk.permissions import OPERATIONS
from helpdesk.vocabulary import Role
from helpdesk.work import unit_of_work
from tenants import context
from tests.api import Answer, Api
from tests.conftest import PASSWORD, Desk
from tests.contracts.errors import assert_refused
from tests.contracts.files import put
from tests.contracts.operations import SIGN_OUT, Operation, Target, operations
from tests.contracts.scene import add_invited, living_links, make_platform_admin, platform_token, set_scene

ROLES: list[Role | None] = [None, *Role]
GARBAGE = b'{"title": '


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody of this role, and things of their own to name."""

    role: Role | None
    api: Api
    target: Target

    def call(self, operation: Operation, *, raw: bytes | None = None) -> Answer:
        call = operation.call(self.target, optional=False)
        return self.api.call(call.method, call.path, call.body, raw=raw)


def may(role: Role | None, operation: Operation) -> bool:
    allowed = OPERATIONS[operation.id].roles
    return allowed is None or role in allowed


@pytest.fixture
def caller(request: pytest.FixtureRequest, api: Api, acme: Desk) -> Iterator[Caller]:
    """By parameter: a role, or None for somebody who is not signed in."""
    role: Role | None = request.param
    person = {Role.REQUESTER: acme.user, Role.AGENT: acme.agent, Role.ADMIN: acme.admin}.get(role or Role.AGENT)
    scene = set_scene(acme, author=person)
    with context.tenant(acme.ref), unit_of_work():
        refresh_token = start_session(acme.user)[1]
    target = scene.target(acme, person=acme.user, refresh_token=refresh_token, links=living_links(acme))
    if role is None:
        yield Caller(role, api, target)
    elif role is Role.PLATFORM_ADMIN:
        yield Caller(role, api.as_token(platform_token(make_platform_admin())), target)
    else:
        yield Caller(role, api.as_(acme, person), target)


def test_the_table_names_every_operation_and_nothing_else() -> None:
    assert sorted(OPERATIONS) == sorted(operation.id for operation in operations())


def test_every_operation_has_one_id_of_its_own() -> None:
    ids = [operation.id for operation in operations()]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.id)
@pytest.mark.parametrize("caller", ROLES, indirect=True, ids=lambda role: role.value if role else "nobody")
class TestEveryOperationAndRole:
    def test_does_what_the_table_says(self, caller: Caller, operation: Operation, acme: Desk) -> None:
        if operation.id == "login":
            target: Any = Target(**_fields(caller.target) | {"email": "user@acme.example", "password": PASSWORD})
            caller = Caller(caller.role, caller.api, target)
        if operation.id == "inviteUser":
            invited = Target(**_fields(caller.target) | {"person_id": add_invited(acme).id})
            caller = Caller(caller.role, caller.api, invited)
        if operation.id == "registerAttachment":
            put(caller.target.upload_key)
        answer = caller.call(operation)
        if may(caller.role, operation):
            assert 200 <= answer.status < 300 or (answer.status, operation.id) == (302, "downloadAttachment"), answer
        elif caller.role is None:
            assert_refused(answer, "UNAUTHORIZED")
        else:
            assert_refused(answer, "FORBIDDEN")

        self.require_denied_before_the_body_is_read(caller, operation)

    def require_denied_before_the_body_is_read(self, caller: Caller, operation: Operation) -> None:
        if operation.id in SIGN_OUT | {"deleteTenant"} and may(caller.role, operation):
            return  # whoever asked is gone now
        answer = caller.call(operation, raw=GARBAGE)
        if may(caller.role, operation):
            assert answer.status not in (401, 403), answer
            if "requestBody" in operation.described:
                assert_refused(answer, "BAD_REQUEST", reason="malformed")
        elif caller.role is None:
            assert_refused(answer, "UNAUTHORIZED")
        else:
            assert_refused(answer, "FORBIDDEN")


def _fields(target: Target) -> dict[str, Any]:
    return {name: getattr(target, name) for name in target.__slots__}
