"""kill -9 of every part while tickets are written: everything is told exactly once as a row, and arrives."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest

from tests.e2e.stack import Stack, stack, until
from tests.receiver import Receiver, receiving

WRITES = 300
WRITERS = 4
VICTIMS = ["worker", "courier", "web", "valkey", "postgres", "beat"]
ROUNDS = 2
HANG_S = 240.0
KINDS = {"fine": "/ok/fine", "failing": "/ok/failing", "slow": "/slow/1/slow"}


class Writer(threading.Thread):
    """Opens tickets and answers them; asks again, with the same key, until it has an answer."""

    def __init__(self, hub: Stack, tokens: dict[str, str], shares: Iterator[int]) -> None:
        super().__init__(daemon=True)
        self.hub, self.tokens, self.shares = hub, tokens, shares
        self.titles: list[str] = []
        self.replies: list[str] = []
        self.wrong: list[str] = []

    def run(self) -> None:
        with httpx.Client(base_url=f"{self.hub.url}/api/v1", timeout=30) as http:
            while next(self.shares, None) is not None:
                title = f"ticket {uuid4()}"
                ticket = self.post(http, "user", "/tickets", {"title": title})
                self.titles.append(title)
                if next(self.shares, None) is None:
                    return
                reply = {"content": f"reply to {title}"}
                self.replies.append(self.post(http, "agent", f"/tickets/{ticket['id']}/comments", reply)["id"])
                note = {"content": f"canary-note {title}", "isInternal": True}
                self.post(http, "agent", f"/tickets/{ticket['id']}/comments", note)

    def post(self, http: httpx.Client, word: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.tokens[word]}", "Idempotency-Key": str(uuid4())}
        deadline = time.monotonic() + HANG_S
        while time.monotonic() < deadline:
            try:
                answer = http.post(path, json=body, headers=headers)
            except httpx.HTTPError:
                time.sleep(0.1)
                continue
            if answer.status_code == 201:
                found: dict[str, Any] = answer.json()
                return found
            if answer.status_code not in (409, 503):  # still_running; no database
                self.wrong.append(f"{answer.status_code} {answer.text[:300]}")
            time.sleep(0.1)
        raise AssertionError("the hub did not come back")


class Shares:
    """So many writes, handed out to whoever asks."""

    def __init__(self, count: int) -> None:
        self.left, self._lock = count, threading.Lock()

    def __iter__(self) -> Iterator[int]:
        return self

    def __next__(self) -> int:
        with self._lock:
            if not self.left:
                raise StopIteration
            self.left -= 1
            return self.left


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Stack]:
    with stack(tmp_path, WEBHOOK_ALLOWED_NETWORKS="127.0.0.0/8") as running:
        yield running


def sign_in(hub: Stack, word: str) -> str:
    login = {"email": f"{word}@acme.example", "password": "demo-password"}
    return str(httpx.post(f"{hub.url}/api/v1/auth/login", json=login, timeout=30).json()["token"])


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_killing_any_part_delivers_everything_once(hub: Stack, receiver: Receiver) -> None:
    tokens = {word: sign_in(hub, word) for word in ("user", "agent", "admin")}
    endpoints = {kind: add_webhook(hub, tokens["admin"], receiver.url(path)) for kind, path in KINDS.items()}
    schema = str(hub.execute("SELECT schema_name FROM tenant WHERE slug = 'acme'")[0][0])
    begin = int(str(hub.execute(f"SELECT last_seq FROM {schema}.event_head")[0][0]))
    settled(hub, schema)
    receiver.answers[KINDS["failing"]] = "/status/503"
    shares = Shares(WRITES)
    writers = [Writer(hub, tokens, shares) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    for number, name in enumerate(VICTIMS * ROUNDS):
        until(
            lambda number=number: shares.left <= WRITES * (1 - (number + 1) / 14), "no writes any more", patience=HANG_S
        )
        hub.kill(name)
        time.sleep(random.uniform(0, 0.5))
        hub.start(name)
    for writer in writers:
        writer.join(HANG_S)
        assert not writer.is_alive()
    assert [wrong for writer in writers for wrong in writer.wrong] == []
    # By itself, in its own time: a wake-up that was lost or set too late would show here.
    healthy = "something is due at the healthy endpoints, and nobody sends it"
    until(lambda: nothing_waits_but_the_failing(hub, schema, endpoints["failing"]), healthy, patience=HANG_S)
    del receiver.answers[KINDS["failing"]]
    settled(hub, schema)
    require_everything(hub, schema, receiver, writers, endpoints, begin)


def add_webhook(hub: Stack, token: str, url: str) -> str:
    answer = httpx.post(
        f"{hub.url}/api/v1/webhooks", json={"url": url}, headers={"Authorization": f"Bearer {token}"}, timeout=30
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def let_time_pass(hub: Stack, schema: str) -> None:
    """What is to be tried in minutes or days is tried now; leases of those killed have ended."""
    for table in ("webhook_delivery", "mail"):
        hub.execute(f"UPDATE {schema}.{table} SET due_at = now() WHERE state = 'pending' AND due_at > now()")
    for kind in ("webhooks", "mail"):  # one after the other: the hub takes both, in its own order
        hub.execute("UPDATE wakeup SET due_at = now() WHERE kind = %s", kind)


def nothing_waits_but_the_failing(hub: Stack, schema: str, failing: str) -> bool:
    """Nothing is due at the two healthy endpoints, though the third has nothing. A lease or a pause may still run."""
    due = hub.execute(
        f"SELECT count(*) FROM {schema}.webhook_delivery"
        " WHERE state = 'pending' AND due_at <= now() AND webhook_id <> %s",
        failing,
    )
    return due == [(0,)] and not is_behind(hub, schema)


def is_behind(hub: Stack, schema: str) -> bool:
    rows = hub.execute(
        f"SELECT (SELECT last_seq FROM {schema}.event_head) - least((SELECT min(seq) FROM {schema}.log_cursor),"
        f" (SELECT min(cursor_seq) FROM {schema}.webhook))"
    )
    return rows != [(0,)]


def settled(hub: Stack, schema: str) -> None:
    """Until nothing is due, and nothing waits to become due."""

    def rests() -> bool:
        pending = hub.execute(
            f"SELECT (SELECT count(*) FROM {schema}.webhook_delivery WHERE state = 'pending')"
            f" + (SELECT count(*) FROM {schema}.mail WHERE state = 'pending') + (SELECT count(*) FROM wakeup)"
        )
        if pending == [(0,)] and not is_behind(hub, schema):
            return True
        time.sleep(1)
        let_time_pass(hub, schema)
        return False

    until(rests, "something is due and unsent", patience=HANG_S)


def require_everything(
    hub: Stack, schema: str, receiver: Receiver, writers: list[Writer], endpoints: dict[str, str], begin: int
) -> None:
    rows = hub.execute(f"SELECT seq, id, type, payload, people FROM {schema}.event WHERE seq > %s ORDER BY seq", begin)
    told = [row for row in rows if str(row[2]).startswith(("ticket.", "comment."))]
    public = {int(str(seq)) for seq, _, _, _, people in told if people}
    require_written(rows, writers)
    for kind, webhook_id in endpoints.items():
        made = hub.execute(
            f"SELECT seq, id, state FROM {schema}.webhook_delivery WHERE webhook_id = %s ORDER BY seq", webhook_id
        )
        assert [row[0] for row in made] == sorted(public), f"{kind}: not one delivery an event"
        assert {row[2] for row in made} == {"delivered"}
        got: dict[int, set[str]] = defaultdict(set)
        for one in receiver.at(KINDS[kind]):
            got[one.json["seq"]].add(one.id)
        assert got == {int(str(seq)): {str(id_)} for seq, id_, _ in made}, f"{kind}: an event under two ids, or lost"
        print(f"{kind}: {len(made)} deliveries, {len(receiver.at(KINDS[kind]))} tries that arrived")
    assert b"canary-note" not in b"".join(one.body for one in receiver.got)
    require_told(hub, schema, rows)


def require_written(rows: list[tuple[Any, ...]], writers: list[Writer]) -> None:
    """Every acknowledged write is in the log, once."""
    seen = [orjson.loads(row[3])["data"] for row in rows]
    titles = Counter(
        data["ticket"]["title"] for row, data in zip(rows, seen, strict=True) if row[2] == "ticket.created"
    )
    replies = Counter(data["comment"]["id"] for row, data in zip(rows, seen, strict=True) if row[2] == "comment.added")
    assert set(titles.values()) == {1}
    assert {title for writer in writers for title in writer.titles} == set(titles)
    assert {reply for writer in writers for reply in writer.replies} <= set(replies)
    print(f"{len(titles)} tickets and {len(replies)} comments, each in the log once")


def require_told(hub: Stack, schema: str, rows: list[tuple[Any, ...]]) -> None:
    """The requester has one notification and one mail for each reply, one mail for each ticket; and of notes none."""
    replies = {str(row[1]) for row in rows if row[2] == "comment.added" and row[4]}
    tickets = {str(row[1]) for row in rows if row[2] == "ticket.created"}
    told = hub.execute(f"SELECT event_id, person_id FROM {schema}.notification")
    mine = Counter(str(event) for event, _ in told if str(event) in {str(row[1]) for row in rows})
    assert mine == Counter(replies)
    mails = Counter(str(event) for (event,) in hub.execute(f"SELECT event_id FROM {schema}.mail WHERE state = 'sent'"))
    wanted = replies | tickets
    assert Counter({event: count for event, count in mails.items() if event in wanted}) == Counter(wanted)
    kept = hub.execute(f"SELECT count(*), count(DISTINCT message_id) FROM {schema}.kept_mail")[0]
    assert kept[0] == kept[1]
    assert hub.execute(f"SELECT * FROM {schema}.dead_letter") == []
    assert hub.execute("SELECT * FROM wakeup") == []
    print(f"{len(mine)} notifications, {len(wanted)} mails, no dead letter, nothing due")
