"""The permission table, walked over every operation of the OpenAPI document and every role."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from helpdesk.permissions import OPERATIONS
from helpdesk.vocabulary import Role
from tests.api import Answer, Api
from tests.conftest import PASSWORD, Desk
from tests.contracts.errors import assert_refused
from tests.contracts.files import put
from tests.contracts.operations import SIGN_OUT, Operation, Target, operations
from tests.contracts.scene import Home, add_invited, make_platform_admin, merge_other, platform_token

ROLES: list[Role | None] = [None, *Role]
LED_ELSEWHERE = frozenset({"downloadAttachment", "downloadExport"})
"""They answer with an address of the store."""
GARBAGE = b'{"title": '


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody of this role, and things of their own to name."""

    role: Role | None
    desk: Desk
    api: Api
    target: Target

    def call(self, operation: Operation, *, raw: bytes | None = None) -> Answer:
        call = operation.call(self.target, optional=False)
        return self.api.call(call.method, call.path, call.body, raw=raw)

    def naming(self, **things: Any) -> Caller:
        return replace(self, target=replace(self.target, **things))


def may(role: Role | None, operation: Operation) -> bool:
    allowed = OPERATIONS[operation.id].roles
    return allowed is None or role in allowed


@pytest.fixture
def caller(request: pytest.FixtureRequest, api: Api, home_of: dict[Role, Home]) -> Caller:
    """By parameter: a role, or None for somebody who is not signed in."""
    role: Role | None = request.param
    home = home_of.get(role or Role.AGENT, home_of[Role.AGENT])
    target = home.target(person=home.desk.user)
    if role is None:
        return Caller(role, home.desk, api, target)
    if role is Role.PLATFORM_ADMIN:
        return Caller(role, home.desk, api.as_token(platform_token(make_platform_admin())), target)
    return Caller(role, home.desk, api.as_(home.desk, home.author), target)


def test_the_table_names_every_operation_and_nothing_else() -> None:
    assert sorted(OPERATIONS) == sorted(operation.id for operation in operations())


def test_every_operation_has_one_id_of_its_own() -> None:
    ids = [operation.id for operation in operations()]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.id)
@pytest.mark.parametrize("caller", ROLES, indirect=True, ids=lambda role: role.value if role else "nobody")
class TestEveryOperationAndRole:
    def test_does_what_the_table_says(self, caller: Caller, operation: Operation, home_of: dict[Role, Home]) -> None:
        if operation.id == "login":
            caller = caller.naming(email=caller.desk.user.email, password=PASSWORD)
        if operation.id == "inviteUser":
            caller = caller.naming(person_id=add_invited(caller.desk).id)
        if operation.id == "unmergeTicket":
            scene = next(home.scene for home in home_of.values() if home.desk is caller.desk)
            caller = caller.naming(ticket_id=merge_other(caller.desk, scene))
        if operation.id == "registerAttachment":
            put(caller.target.upload_key)
        answer = caller.call(operation)
        if may(caller.role, operation):
            assert 200 <= answer.status < 300 or (answer.status == 302 and operation.id in LED_ELSEWHERE), answer
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
