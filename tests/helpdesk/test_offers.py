"""What the bell brings of a commit: the rows as the log has them, of small and plain commits only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import orjson
import pytest

from helpdesk.comments.actions import add_comment, change_comment, delete_comment
from helpdesk.events import bell
from helpdesk.events.offers import MOST_BYTES, MOST_ROWS, Offer, packed, unpacked
from helpdesk.events.queries import get_head, list_rows
from helpdesk.tickets.actions import change_ticket, create_ticket, delete_ticket
from helpdesk.work import unit_of_work
from tests.conftest import Desk

Do = Callable[[Callable[[], Any]], Offer | None]


@pytest.fixture
def offered(desk: Desk, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch) -> Do:
    """Does something in a unit of work; what the bell brings of it."""
    heard: list[tuple[int, Offer | None]] = []
    monkeypatch.setattr(bell, "_listeners", [lambda _, seq, offer: heard.append((seq, offer))])

    def do(what: Callable[[], Any]) -> Offer | None:
        with django_capture_on_commit_callbacks(execute=True), unit_of_work():
            what()
        seq, offer = heard.pop()
        assert seq == get_head().last_seq
        return offer

    return do


@pytest.fixture
def ticket(desk: Desk) -> Any:
    with unit_of_work():
        return create_ticket(desk.user, fields={"title": "The VPN drops"}).id


def test_it_is_what_the_log_has(desk: Desk, ticket: Any, offered: Do) -> None:
    def open_one() -> None:
        create_ticket(desk.user, fields={"title": "Zoë's door ☃", "description": "It is closed."})

    def comment(*, is_internal: bool) -> Callable[[], Any]:
        return lambda: add_comment(desk.agent, ticket, content="On it.", is_internal=is_internal)

    def several() -> None:
        change_ticket(desk.agent, ticket, fields={"status": "in_progress", "priority": "high"})
        add_comment(desk.agent, ticket, content="Soon.", is_internal=False)

    for what in (open_one, comment(is_internal=False), comment(is_internal=True), several):
        before = get_head()
        offer = offered(what)
        assert offer is not None
        assert list(offer.rows) == list_rows(after=before.last_seq, limit=50)
        after = get_head()
        assert (offer.epoch, offer.before, offer.after) == (after.epoch, before.last_hash, after.last_hash)
        assert unpacked(packed(offer)) == offer


def test_what_takes_something_away_is_read(desk: Desk, ticket: Any, offered: Do) -> None:
    with unit_of_work():
        comment = add_comment(desk.agent, ticket, content="Oh no.", is_internal=False).id
    assert offered(lambda: change_comment(desk.agent, comment, content="Oh yes.")) is not None
    assert offered(lambda: delete_comment(desk.agent, comment)) is None
    assert offered(lambda: change_ticket(desk.agent, ticket, fields={"requester_id": desk.ada.id})) is None
    assert offered(lambda: delete_ticket(desk.admin, ticket)) is None


def test_what_is_large_is_read(desk: Desk, ticket: Any, offered: Do) -> None:
    def many() -> None:
        for n in range(MOST_ROWS + 1):
            add_comment(desk.agent, ticket, content=str(n), is_internal=False)

    assert offered(many) is None
    for sign in "x", "é", "☃":
        large = partial(add_comment, desk.agent, ticket, content=sign * (MOST_BYTES // len(sign.encode())))
        assert offered(partial(large, is_internal=False)) is None


def test_a_pack_that_does_not_make_its_chain_is_nothing(desk: Desk, ticket: Any, offered: Do) -> None:
    offer = offered(lambda: add_comment(desk.agent, ticket, content="On it.", is_internal=True))
    assert offer is not None
    pack = packed(offer)
    assert unpacked(pack) == offer
    for wrong in (
        pack.replace(b"On it.", b"Off it"),
        pack.replace(str(desk.agent.id).encode(), str(desk.ada.id).encode(), 1),
        pack.replace(b'"agent"', b'"admin"'),
        orjson.dumps([str(offer.epoch), offer.before.hex(), offer.before.hex(), []]),
        b"",
        b"{}",
        b"[1,2,3,4]",
        b'["","","",[[]]]',
    ):
        assert wrong != pack
        assert unpacked(wrong) is None


def test_no_pack_breaks_the_ear(desk: Desk, ticket: Any, offered: Do) -> None:
    """Another version may pack otherwise."""
    offer = offered(lambda: add_comment(desk.agent, ticket, content="On it.", is_internal=True))
    assert offer is not None
    wrongs: list[Any] = [-7, 1.5, 2**63, [], {}, "x", [[]]]
    for path in places(orjson.loads(packed(offer))):
        for wrong in wrongs:
            assert unpacked(orjson.dumps(put(orjson.loads(packed(offer)), path, wrong))) in (None, offer)


def places(shape: Any, path: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    yield path
    for n, inner in enumerate(shape if isinstance(shape, list) else ()):
        yield from places(inner, (*path, n))


def put(shape: Any, path: tuple[int, ...], value: Any) -> Any:
    if not path:
        return value
    shape[path[0]] = put(shape[path[0]], path[1:], value)
    return shape
