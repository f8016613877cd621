"""Requests made from the OpenAPI document, right and wrong ones, of everybody: no 5xx, and every answer is documented.

By schemathesis, over the edge. `HUB_EXAMPLES` says how many requests each operation gets.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
from tests.contracts.scene import Scene, make_platform_admin, platform_token, set_scene

EXAMPLES = int(os.environ.get("HUB_EXAMPLES", "20"))
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


@dataclass(frozen=True, slots=True)
class Stage:
    """A committed desk with a scene by its requester."""

    desk: Desk
    scene: Scene


@contextmanager
def staged() -> Iterator[Stage]:
    desk = make_desk(f"any-{uuid4().hex[:10]}")
    yield Stage(desk, set_scene(desk, author=desk.user))
    _drop(desk)


@pytest.fixture(scope="module")
def for_readers(django_db_setup: None, django_db_blocker: Any) -> Iterator[Stage]:
    """What only reads leaves it as it is."""
    with django_db_blocker.unblock(), staged() as stage:
        yield stage


@pytest.fixture
def stage(operation: Operation, for_readers: Stage, django_db_blocker: Any) -> Iterator[Stage]:
    """Whatever changes something has a stage of its own, and may do to it whatever it does."""
    with django_db_blocker.unblock():
        if operation.method == "GET":
            yield for_readers
        else:
            with staged() as own:
                yield own


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "operation", [o for o in operations() if o.id not in HEALTH], ids=lambda operation: operation.id
)
def test_is_answered_as_documented(operation: Operation, stage: Stage) -> None:
    desk, scene = stage.desk, stage.scene
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
        # A text is trimmed before it is measured.
        trimmed = isinstance(case.body, dict) and any(
            isinstance(value, str) and value != value.strip() for value in case.body.values()
        )
        excluded: list[CheckFunction] = [negative_data_rejection] if empty or trimmed else []
        case.call_and_validate(headers=headers(role) | {"Host": "localhost"}, checks=CHECKS, excluded_checks=excluded)

    try_it()
