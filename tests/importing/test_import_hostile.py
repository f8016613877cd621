"""Rows that somebody wrote to harm whoever takes them over, and values that PostgreSQL holds and the hub does not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from psycopg.types.json import Jsonb

from tenants import resolve
from tenants.importing.json_values import UNREADABLE, loads
from tests.api import Answer, Api
from tests.helpdesk.log import require_whole
from tests.importing.conftest import Import, Imported, drop_imported, reasons, sign_in
from tests.importing.original import PASSWORD, Original, at, original_database

pytestmark = [pytest.mark.usefixtures("looking"), pytest.mark.slow]
NUMBERS = '{"id": 175928847299117063, "x": 1e400, "y": [1.5e-400, 12e300], "": {"a": 99999999999999999999.5}, "n": 7}'
ODD = r'{"title": "x\ud800", "description": "a\u0000b", "status": "\ud800", "userId": "\u0000", "b\u0000": ["\udfff"]}'
TAIL = "c1OEhjVPQF9fUc2Q2d0a7u3Xb5gNqkRrS8tTzWwYyAaBbCcDdEeFf"[:53]
HASHES = [
    *(f"{head}{TAIL}" for head in ("$2b$10$", "$2y$04$", "$2x$04$", "$2b$31$")),
    *(f"$2b$04${letter * 53}" for letter in ".9"),
    "",
]
ADDRESSES = ["\tuma@x.example", "uma@x.example\n", "\u00a0uma@x.example", "kim@x.example", "\u212aim@x.example"]


@pytest.fixture(scope="module")
def hostile(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Imported]:
    """All of it, imported once for all tests of this file."""
    slug, folder = f"evil-{uuid4().hex[:8]}", tmp_path_factory.mktemp("hostile")
    (folder / "files").mkdir()
    with django_db_blocker.unblock(), original_database() as original:
        resolve.forget()
        try:
            _fill(original, slug)
            found = Import(original, slug, folder)
            yield Imported(found, *found.run())
        finally:
            drop_imported(original)


def _fill(original: Original, slug: str) -> None:
    original.run('ALTER TABLE "Ticket" ALTER COLUMN number TYPE bigint, ALTER COLUMN metadata TYPE json')
    original.run('ALTER TABLE "TicketActivity" ALTER COLUMN changes TYPE json')
    original.tenant(slug)
    original.run('UPDATE "Tenant" SET settings = %s::jsonb', [NUMBERS])
    original.user("boss", slug, role="ADMIN")
    for number, kept in enumerate(HASHES):
        original.user(f"hash{number}", slug, password=kept)
    for number, email in enumerate(ADDRESSES):
        original.user(f"address{number}", slug, email=email, createdAt=at(number))
    original.user("rtl", slug, firstName="\u202eevil\u0007", lastName="\x1b[31m\n\r")
    tags = ["\u202e", "a\nb", "x" * 51, *map(str, range(80))]
    original.ticket("rtl", slug, "boss", title="\x01\u202etxt.exe\n\nx", description="\x02", tags=tags)
    original.ticket("last", slug, "boss", number=2**53 - 1)
    original.ticket("beyond", slug, "boss", number=2**63 - 1)
    for name, value in (("numbers", NUMBERS), ("odd", ODD)):
        original.ticket(name, slug, "boss")
        original.run('UPDATE "Ticket" SET metadata = %s::json WHERE id = %s', [value, original.ids[name]])
        changes = f'{value[:-1]}, "metadata": {value}}}'
        activity = original.activity(name, "UPDATED", 15, {})
        original.run('UPDATE "TicketActivity" SET changes = %s::json WHERE id = %s', [changes, activity])
    _fill_large(original, slug)
    _fill_deliveries(original, slug)


def _fill_large(original: Original, slug: str) -> None:
    original.ticket("large", slug, "boss")
    original.activity("large", "UPDATED", 15, {"metadata": {"x": "y" * 5_000_000}, "title": "t" * 1_000_000})
    deep: dict[str, Any] = {}
    for _ in range(900):
        deep = {"a": deep}
    original.activity("large", "UPDATED", 16, {"metadata": deep})


def _fill_deliveries(original: Original, slug: str) -> None:
    recent, hook = datetime.now(UTC).replace(tzinfo=None), {"secret": "an old secret", "events": ["TICKET_CREATED"]}
    original.insert("Webhook", "hook", tenantId=original.ids[slug], url="https://receiver.example/h", **hook)
    most = 2**31 - 1
    for name, event, status, attempts in (
        ("most", "x" * 500, most, most),
        ("least", "", -1, -5),
        ("odd", "\x07", 7, 40_000),
    ):
        columns = {"webhookId": original.ids["hook"], "payload": Jsonb([]), "createdAt": recent, "deliveredAt": at(0)}
        given = columns | {"event": event, "statusCode": status, "attempts": attempts}
        original.insert("WebhookDelivery", f"{name}-delivery", success=name == "odd", **given)


def ticket(hostile: Imported, name: str) -> Answer:
    found = sign_in(hostile.imports, "boss").get(f"/tickets/{hostile.imports.id(name)}")
    assert found.status == 200, found
    return found


def test_a_number_that_none_can_be_counted_on_from_is_not_kept(hostile: Imported) -> None:
    imports = hostile.imports
    for name in ("last", "beyond"):
        assert "it gets the next one" in reasons(imports, hostile.lines, name, what=("changed",))[0]
    boss = sign_in(imports, "boss")
    numbers = [boss.post("/tickets", {"title": "After that"})["number"] for _ in range(2)]
    assert numbers[0] < numbers[1] < 1000


def test_numbers_that_no_json_holds_keep_their_digits(hostile: Imported) -> None:
    found = ticket(hostile, "numbers")["metadata"]
    assert (found["id"], found["n"], found[""]) == ("175928847299117063", 7, {"a": "99999999999999999999.5"})
    require_whole(hostile.imports.ref)


def test_json_columns_may_hold_what_text_may_not(hostile: Imported) -> None:
    found = ticket(hostile, "odd")
    assert found["metadata"]["title"] == "x\ufffd"
    assert found["metadata"]["b\ufffd"] == ["\ufffd"]


def test_the_past_of_a_ticket_is_no_larger_than_its_present(hostile: Imported) -> None:
    ticket(hostile, "large")
    told = sign_in(hostile.imports, "boss").get(f"/tickets/{hostile.imports.id('large')}/timeline").response
    assert len(told.content) < 100_000


def test_one_address_is_one_persons_whatever_blanks_stand_around_it(hostile: Imported) -> None:
    names = [f"address{number}" for number in range(len(ADDRESSES))]
    assert [len(reasons(hostile.imports, hostile.lines, name)) for name in names] == [0, 1, 1, 0, 1]


def test_a_hash_that_cannot_be_checked_lets_nobody_in(hostile: Imported) -> None:
    slug = hostile.imports.slug
    for number in range(len(HASHES)):
        for password in (PASSWORD, ""):
            login = {"email": f"hash{number}@{slug}.example", "password": password, "tenantSlug": slug}
            assert Api().post("/auth/login", login).status in (400, 401)


def test_signs_without_a_picture_break_nothing(hostile: Imported) -> None:
    assert len(ticket(hostile, "rtl")["tags"]) == 50
    boss = sign_in(hostile.imports, "boss")
    assert boss.get("/users").status == 200
    assert boss.get("/exports/tickets.csv?columns=title,description,tags").status == 200


def test_counts_beyond_any_column(hostile: Imported) -> None:
    boss, path = sign_in(hostile.imports, "boss"), f"/webhooks/{hostile.imports.id('hook')}/deliveries"
    assert boss.get(path).status == 200
    for name in ("most", "least", "odd"):
        assert boss.get(f"{path}/{hostile.imports.id(f'{name}-delivery')}").status == 200


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, 2.5, -9007199254740991]}', {"a": [1, 2.5, -(2**53 - 1)]}),
        ("9007199254740992", "9007199254740992"),
        ("1" * 5000, "1" * 5000),
        ("1e999", "1e999"),
        (r'"\\ud800 \\u0000"', r"\ud800 \u0000"),
        (r'{"\ud83d\ude00": "\u0000\ud83d"}', {"\U0001f600": "\ufffd\ufffd"}),
        ("[" * 100_000 + "]" * 100_000, UNREADABLE),
    ],
)
def test_json_is_read_as_it_can_be_written_again(text: str, value: object) -> None:
    assert loads(text) == value
    assert loads(text.encode()) == value
