"""Requests made from the OpenAPI document, right and wrong ones, of everybody: no 5xx, and every answer is documented.

By schemathesis, over the edge. `HUB_EXAMPLES` says how many requests each operation gets.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, CheckFunction, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from helpdesk.document import HEALTH
from helpdesk.vocabulary import Role
from tests.conftest import Desk, _drop, make_desk, token_for
from tests.contracts.operations import Operation, camel, document, operations
from tests.contracts.scene import make_platform_admin, platform_token, set_scene

EXAMPLES = int(os.environ.get("HUB_EXAMPLES", "30"))
CALLERS: list[Role | None] = [*Role, None]
CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]

TRIED = [operation for operation in operations() if operation.id not in HEALTH]

pytestmark = pytest.mark.slow


@cache
def described() -> Any:
    from config.asgi import application  # it sets up Django

    schema = schemathesis.openapi.from_dict(document())
    schema.app = application
    return schema


@pytest.fixture
def make_own(django_db_setup: None, django_db_blocker: Any) -> Iterator[Callable[[], Desk]]:
    """A desk for one operation, which may do to it whatever it does."""
    made: list[Desk] = []

    def make() -> Desk:
        made.append(make_desk(f"any-{uuid4().hex[:10]}"))
        return made[-1]

    with django_db_blocker.unblock():
        yield make
        for desk in made:
            _drop(desk)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "operation", [o for o in operations() if o.id not in HEALTH], ids=lambda operation: operation.id
)
def test_is_answered_as_documented(operation: Operation, make_own: Callable[[], Desk]) -> None:
    desk = make_own()
    scene = set_scene(desk, author=desk.user)
    root = make_platform_admin(f"{uuid4().hex}@platform.example")
    ids = scene.target(desk, person=desk.ada).ids()
    people = {Role.REQUESTER: desk.user, Role.AGENT: desk.agent, Role.ADMIN: desk.admin}
    api_operation = described()[f"/api/v1{operation.path}"][operation.method]

    def headers(role: Role | None) -> dict[str, str]:
        if role is None:
            return {}
        token = platform_token(root) if role is Role.PLATFORM_ADMIN else token_for(desk, people[role])
        return {"Authorization": f"Bearer {token}"}

    own = {
        parameter["name"]: ids[camel(parameter["name"])]
        for parameter in operation.parameters()
        if parameter["in"] == "path"
    }
    cases = [
        api_operation.as_strategy(generation_mode=mode, path_parameters=named)
        for mode in GenerationMode
        for named in (own, own, None)
    ]

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(case=st.one_of(cases), role=st.sampled_from(CALLERS))
    def try_it(case: Case[Any], role: Role | None) -> None:
        # An empty parameter means: not given.
        empty = any(value in ("", [""]) for value in case.query.values())
        excluded: list[CheckFunction] = [negative_data_rejection] if empty else []
        case.call_and_validate(headers=headers(role) | {"Host": "localhost"}, checks=CHECKS, excluded_checks=excluded)

    try_it()
