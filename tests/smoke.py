"""`make smoke`: one ticket through the running hub, from REST through the log to the live queue, a mail, a webhook.

Needs the demo data of `make run`. PORT says where; exits 1 with a sentence where something does not come. The
webhook's receiver is on this machine, so the hub must allow that: WEBHOOK_ALLOWED_NETWORKS=127.0.0.0/8 make run
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import httpx
from standardwebhooks import Webhook
from ticket_hub_client import Began, Happened, HubClient, Synced, Told

from tests.receiver import receiving

PORT = os.environ.get("PORT", "8000")
REST = f"http://localhost:{PORT}/api/v1"
SOCKET = f"ws://localhost:{PORT}/ws/v1"
PASSWORD = "demo-password"
PATIENCE_S = 15


class Follower:
    """Somebody's live stream, read with the client that we give to others."""

    def __init__(self, token: str, stream: str = "queue") -> None:
        self.stream = stream
        self.seq = 0
        self.hub = HubClient(SOCKET, token)

    async def follow(self) -> None:
        await self.hub.follow(self.stream)
        await self._until(lambda told: isinstance(told, Began))

    def drop(self) -> None:
        """Lose the connection without a word; it comes back, and goes on where it stopped."""
        self.hub.drop()

    async def close(self) -> None:
        await self.hub.close()
        assert self.hub.counts.gaps == self.hub.counts.repeats == self.hub.counts.resets == 0, self.hub.counts

    async def wait_to_be_told(self, ticket_id: str) -> str:
        """The title of the next notification about this ticket."""
        told = await self._until(
            lambda told: (
                isinstance(told, Happened) and told.event["data"]["notification"]["data"]["ticketId"] == ticket_id
            )
        )
        return str(told.event["data"]["notification"]["title"])

    async def wait_for(self, type_: str, ticket_id: str) -> dict[str, Any]:
        """The next event of this type on this ticket."""
        told = await self._until(
            lambda told: (
                isinstance(told, Happened)
                and told.event["type"] == type_
                and told.event["data"]["ticket"]["id"] == ticket_id
            )
        )
        event: dict[str, Any] = told.event
        return event

    async def _until(self, wanted: Callable[[Told], bool]) -> Any:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                told = await self.hub.next()
                if isinstance(told, Began | Happened | Synced):
                    self.seq = told.place.seq
                if wanted(told):
                    return told


def sign_in(http: httpx.Client, email: str) -> str:
    answer = http.post(f"{REST}/auth/login", json={"email": email, "password": PASSWORD})
    answer.raise_for_status()
    return str(answer.json()["token"])


def post(http: httpx.Client, token: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = http.post(f"{REST}{path}", json=body, headers={"Authorization": f"Bearer {token}"})
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def add_webhook(http: httpx.Client, token: str, url: str) -> dict[str, Any] | None:
    """None: the hub does not send to this machine."""
    wanted = {"url": url, "events": ["comment.added"], "description": "make smoke"}
    answer = http.post(f"{REST}/webhooks", json=wanted, headers={"Authorization": f"Bearer {token}"})
    if answer.status_code == 400 and answer.json()["details"][0]["code"] == "address_refused":
        return None
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def remove_webhook(http: httpx.Client, token: str, webhook_id: str) -> None:
    http.delete(f"{REST}/webhooks/{webhook_id}", headers={"Authorization": f"Bearer {token}"}).raise_for_status()


async def smoke() -> None:
    with httpx.Client(timeout=PATIENCE_S) as http:
        agent, requester = sign_in(http, "agent@acme.example"), sign_in(http, "user@acme.example")
        queue = Follower(agent)
        await queue.follow()
        print(f"the agent follows the queue, at seq {queue.seq}")

        ticket = post(http, requester, "/tickets", {"title": "Smoke: the coffee machine is on fire"})
        await queue.wait_for("ticket.created", ticket["id"])
        print(f"the requester opened #{ticket['number']}; the agent's queue shows it, seq {queue.seq}")

        comments = f"/tickets/{ticket['id']}/comments"
        post(http, requester, comments, {"content": "It is getting worse."})
        await queue.wait_for("comment.added", ticket["id"])
        print(f"the requester commented; the agent's queue shows it, seq {queue.seq}")

        queue.drop()
        missed = [post(http, requester, comments, {"content": f"While you were away, {n}"})["id"] for n in range(3)]
        got = [(await queue.wait_for("comment.added", ticket["id"]))["data"]["comment"]["id"] for _ in missed]
        assert got == missed, "the comments came in another order"
        print(f"the socket was dropped; resumed, all {len(missed)} comments came once and in order, seq {queue.seq}")
        await queue.close()

        told = Follower(requester, "me")
        await told.follow()
        post(http, agent, comments, {"content": "The fire brigade is on its way."})
        print(f"the agent replied; the requester was told: {await told.wait_to_be_told(ticket['id'])!r}")
        await told.close()

        smoke_file(http, requester, agent, ticket)
        await smoke_mail(http, ticket)
        await smoke_webhook(http, agent, ticket)


def smoke_file(http: httpx.Client, requester: str, agent: str, ticket: dict[str, Any]) -> None:
    """The requester attaches a file, straight to the store; the agent gets it back as it was."""
    content = b"Exhibit A: a pile of ashes. \xe2\x98\x95\n"
    attachments = f"/tickets/{ticket['id']}/attachments"
    said = {"filename": "ashes.txt", "mimeType": "text/plain", "fileSize": len(content)}
    offer = post(http, requester, f"{attachments}/upload-url", said)
    http.request(offer["method"], offer["uploadUrl"], content=content, headers=offer["headers"]).raise_for_status()
    attachment = post(http, requester, attachments, said | {"key": offer["key"]})
    path = f"{REST}{attachments}/{attachment['id']}/file"
    led = http.get(path, headers={"Authorization": f"Bearer {agent}"})
    assert led.status_code == 302, led
    got = http.get(led.headers["Location"]).raise_for_status()
    assert got.content == content, "the file is another"
    assert got.headers["Content-Disposition"] == 'attachment; filename="ashes.txt"', got.headers
    print(f"the requester attached {attachment['filename']}; the agent fetched all of its {len(got.content)} bytes")


async def smoke_mail(http: httpx.Client, ticket: dict[str, Any]) -> None:
    """The requester has a receipt and the agent's reply, in one thread."""

    def mails() -> list[dict[str, Any]]:
        kept = http.get(f"http://localhost:{PORT}/dev/mail.json").raise_for_status().json()
        return [mail for mail in kept if mail["tenant"] == "acme" and ticket["title"] in mail["subject"]]

    about = f"[#{ticket['number']}]"
    await until(lambda: len([mail for mail in mails() if about in mail["subject"]]) >= 2, "the mails did not come")
    reply, receipt = [mail for mail in mails() if about in mail["subject"]][:2]
    assert reply["to"] == receipt["to"] == ["user@acme.example"], reply["to"]
    assert "The fire brigade is on its way." in reply["text"], reply["text"]
    assert reply["headers"]["References"] == receipt["headers"]["References"]
    print(f"the requester has two mails in one thread: {reply['subject']!r}")


async def smoke_webhook(http: httpx.Client, agent: str, ticket: dict[str, Any]) -> None:
    """A receiver of our own gets a reply, and verifies it as any receiver would."""
    with receiving() as receiver:
        webhook = add_webhook(http, agent, receiver.url("/ok"))
        if webhook is None:
            print("the webhook was not tried: the hub refuses receivers on this machine, as it should; to see it:")
            print("  WEBHOOK_ALLOWED_NETWORKS=127.0.0.0/8 make run")
            return
        try:
            post(http, agent, f"/tickets/{ticket['id']}/comments", {"content": "The fire is out. ☕"})
            await until(lambda: receiver.got, "the webhook did not come")
            body = Webhook(webhook["signingSecret"]).verify(receiver.got[0].body, receiver.got[0].headers)
            assert body["data"]["comment"]["content"] == "The fire is out. ☕", body
            print(f"a webhook told of {body['type']}, seq {body['seq']}; its signature is good")
        finally:
            remove_webhook(http, agent, webhook["id"])


async def until(true: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.05)


def main() -> int:
    try:
        asyncio.run(smoke())
    except httpx.ConnectError:
        print(f"Nothing answers on port {PORT}: start the hub with `make run`, in another terminal.", file=sys.stderr)
        return 1
    except (httpx.HTTPError, AssertionError, TimeoutError) as error:
        print(f"smoke: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    print("smoke: all is well")
    return 0


if __name__ == "__main__":
    sys.exit(main())
