"""The document's examples: each is what its schema says, and what an admin would be taken at their word for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jsonschema_rs
import pytest

from helpdesk.examples.compose import Untold, example_of
from helpdesk.permissions import ANYBODY, OPERATIONS
from helpdesk.vocabulary import Role
from tests.api import Api
from tests.conftest import PASSWORD
from tests.contracts.files import put
from tests.contracts.operations import Operation, Target, document, operations
from tests.contracts.scene import Home, add_invited, make_platform_admin, platform_token

JSON = "application/json"
WITH_BODY = [operation for operation in operations() if "requestBody" in operation.described]
TOLD_ELSEWHERE = frozenset(
    {"confirm", "email", "password", "token", "refreshToken", "currentPassword", "key", "fileSize"}
)
"""What must fit what stands on the desk; beside every id."""
_IDS = {
    "ids": "ticket_id",
    "commentIds": "comment_id",
    "memberIds": "member_id",
    "policyIds": "policy_id",
    "assignedToId": "member_id",
}
"""Of an agent, where the requester's own id would not do."""


def told(operation: Operation) -> list[tuple[str, dict[str, Any]]]:
    """Where, and the JSON that is described there."""
    places = [("body", operation.described.get("requestBody", {})), *operation.described["responses"].items()]
    return [(where, place["content"][JSON]) for where, place in places if JSON in place.get("content", {})]


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.id)
def test_every_body_and_answer_has_an_example_of_its_schema(operation: Operation) -> None:
    for where, described in told(operation):
        schema = described["schema"] | {"components": document()["components"]}
        wrong = jsonschema_rs.Draft202012Validator(schema, validate_formats=True).iter_errors(described["example"])
        assert [f"{where}{list(error.instance_path)}: {error.message}" for error in wrong] == []


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda operation: operation.id)
def test_an_example_is_accepted(operation: Operation, api: Api, home_of: dict[Role, Home]) -> None:
    home = home_of[Role.ADMIN]
    target = replace(home.target(person=home.desk.user), **_what_is_named(operation, home))
    caller = api.as_(home.desk, home.author)
    if OPERATIONS[operation.id].roles is ANYBODY:
        caller = api
    if operation.path.startswith("/tenants"):
        caller = api.as_token(platform_token(make_platform_admin()))
    if operation.id == "registerAttachment":
        put(target.upload_key)
    call = operation.call(target, optional=False)
    body = operation.described["requestBody"]["content"][JSON]["example"]
    answer = caller.call(call.method, call.path, _at_home(body, call.body, target))
    assert 200 <= answer.status < 300, answer


def test_a_field_that_nobody_told_has_none() -> None:
    with pytest.raises(Untold, match=r"Shelf\.colour"):
        example_of({"type": "string"}, {}, at="Shelf.colour")


def _what_is_named(operation: Operation, home: Home) -> dict[str, Any]:
    if operation.id == "login":
        return {"email": home.desk.user.email, "password": PASSWORD}
    return {"person_id": add_invited(home.desk).id} if operation.id == "inviteUser" else {}


def _at_home(example: dict[str, Any], valid: dict[str, Any], target: Target) -> dict[str, Any]:
    """The example, with the ids of this desk in place of the story's."""
    return {name: _value_at_home(name, value, valid, target) for name, value in example.items()}


def _value_at_home(name: str, value: Any, valid: dict[str, Any], target: Target) -> Any:
    if isinstance(value, dict):
        return _at_home(value, {}, target)
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [_at_home(one, {}, target) for one in value]
    if name in TOLD_ELSEWHERE and name in valid:
        return valid[name]
    if name in _IDS:
        id_ = str(getattr(target, _IDS[name]))
        return [id_] if isinstance(value, list) else id_
    if name in {"slug", "tenantSlug"}:
        return target.words()[name]
    return target.ids()[name] if name.endswith("Id") and value is not None else value
