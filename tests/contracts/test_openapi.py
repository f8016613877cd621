"""The OpenAPI document: what is committed is what the code says, and it says enough."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from helpdesk.document import HEALTH, WITH_VERSION
from helpdesk.permissions import OPERATIONS
from tenants.management.commands.write_openapi import openapi_document
from tests.api import Api
from tests.contracts.conftest import Web
from tests.contracts.errors import assert_refused
from tests.contracts.operations import Operation, document, operation, operations

OF_THEIR_WRITER_ALONE = frozenset({"saveDraft", "deleteDraft"})
"""The agent's of the scene; named by ticket and kind."""


def test_the_committed_document_is_what_the_code_says() -> None:
    committed = (Path(settings.BASE_DIR) / "docs" / "openapi.json").read_text()
    assert committed == openapi_document(), "The REST contract has changed. If that is meant: make openapi"


def test_it_is_served(api: Api) -> None:
    answer = api.get("/openapi.json")
    assert answer.status == 200
    assert set(answer["paths"]) == set(document()["paths"])


def test_the_list_of_endpoints_names_every_operation(api: Api) -> None:
    listed = set(api.get("")["endpoints"])
    assert listed == {f"{operation.method} /api/v1{operation.path}" for operation in operations()}


@pytest.mark.parametrize("name", sorted(WITH_VERSION))
@pytest.mark.usefixtures("nothing_changes")
class TestEveryOperationWithAVersion:
    def test_is_refused_when_it_is_stale(self, name: str, web: Web) -> None:
        call = operation(name).call(web.scene.target(web.desk, person=web.desk.agent))
        caller = web.agent if name in OF_THEIR_WRITER_ALONE else web.admin
        stale = caller.with_(If_Match='"999999"').call(call.method, call.path, call.body)
        assert_refused(stale, "PRECONDITION_FAILED", reason="stale")
        current = stale["data"]["current"]
        assert current["ticketId" if name in OF_THEIR_WRITER_ALONE else "id"] in call.path

    def test_is_refused_when_it_is_none(self, name: str, web: Web) -> None:
        call = operation(name).call(web.scene.target(web.desk, person=web.desk.agent))
        odd = web.admin.with_(If_Match='"last"').call(call.method, call.path, call.body)
        assert_refused(odd, "VALIDATION_ERROR", field="If-Match")


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.id)
class TestEveryOperation:
    def test_has_a_summary_and_a_tag(self, operation: Operation) -> None:
        assert operation.described["summary"].strip()
        assert operation.described["tags"]

    def test_says_who_may(self, operation: Operation) -> None:
        roles = OPERATIONS[operation.id].roles
        assert operation.described.get("x-roles") == (None if roles is None else sorted(role.value for role in roles))
        assert ("security" in operation.described) == (roles is not None)

    def test_says_how_it_refuses(self, operation: Operation) -> None:
        refusals = {status: told for status, told in operation.described["responses"].items() if int(status) >= 400}
        if operation.id in HEALTH:
            return
        assert {400, 401, 403, 404, 429, 500, 503} <= set(refusals)
        for told in refusals.values():
            named = document()["components"]["responses"][told["$ref"].rpartition("/")[2]]
            assert named["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Error"}

    def test_bodies_take_nothing_unknown(self, operation: Operation) -> None:
        if "requestBody" in operation.described:
            schema = operation.described["requestBody"]["content"]["application/json"]["schema"]
            named = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
            assert named["additionalProperties"] is False
