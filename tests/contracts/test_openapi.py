"""The OpenAPI document: what is committed is what the code says, and it says enough."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from helpdesk.permissions import OPERATIONS
from tenants.management.commands.write_openapi import openapi_document
from tests.api import Api
from tests.contracts.operations import Operation, document, operations


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


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.id)
class TestEveryOperation:
    def test_has_a_summary_and_a_tag(self, operation: Operation) -> None:
        assert operation.described["summary"].strip()
        assert operation.described["tags"]

    def test_says_who_may(self, operation: Operation) -> None:
        roles = OPERATIONS[operation.id]
        assert operation.described.get("x-roles") == (None if roles is None else sorted(role.value for role in roles))
        assert ("security" in operation.described) == (roles is not None)

    def test_says_how_it_refuses(self, operation: Operation) -> None:
        told = operation.described["responses"]["default"]["content"]["application/json"]["schema"]
        assert told == {"$ref": "#/components/schemas/Error"}

    def test_bodies_take_nothing_unknown(self, operation: Operation) -> None:
        if "requestBody" in operation.described:
            schema = operation.described["requestBody"]["content"]["application/json"]["schema"]
            named = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
            assert named["additionalProperties"] is False
