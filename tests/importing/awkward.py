"""Two tenants with everything that can be wrong with a row, beside what is right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.helpdesk.files import PAGE, PNG
from tests.importing.original import Original, at


def fill(original: Original, slug: str) -> None:
    """The tenant `slug` with its awkward rows, and `<slug>-two` beside it, which has a few of its own."""
    other = f"{slug}-two"
    original.tenant(slug, settings={"timeZone": "Europe/Berlin", "theme": "dark"})
    original.tenant(other, settings={"timeZone": "Middle/Earth"})
    _people(original, slug, other)
    _tickets(original, slug, other)
    _comments(original)
    _history(original)
    _files(original)
    _told(original, slug)


def _people(original: Original, slug: str, other: str) -> None:
    hash_ = original.hash
    original.user("boss", slug, role="ADMIN")
    original.user("sam", slug, role="AGENT", password=hash_.replace("$2b$", "$2a$"))
    original.user("ada", slug, role="AGENT", password=hash_.replace("$2b$", "$2y$"), isActive=False)
    original.user("uma", slug, email=f"  Uma@{slug.upper()}.example ")
    original.user("uma-again", slug, email=f"UMA@{slug}.example", createdAt=at(2))
    original.user("broken", slug, password="plain-text", firstName="  ", lastName="L" * 150)
    original.user("nobody", slug, email="not an address")
    original.user("owner", slug, role="OWNER")
    original.user("gone", slug, deletedAt=at(5))
    original.user("cuid", slug, id=f"cl{slug}0user")
    original.user("lost", "no-such-tenant")
    original.user("stranger", other, role="AGENT")


def _tickets(original: Original, slug: str, other: str) -> None:
    ids = original.ids
    original.ticket(
        "vpn", slug, "uma", status="closed", priority="high", assignedToId=ids["sam"], updatedAt=at(60), number=7
    )
    original.ticket("same-number", slug, "uma", createdAt=at(11), updatedAt=at(11), number=7)
    original.ticket("no-number", slug, "gone", createdAt=at(12), updatedAt=at(12), status="CANCELED")
    original.ticket("for-uma", slug, "sam", requesterId=ids["uma"], createdAt=at(13), priority="CRITICAL", number=40)
    original.ticket("long", slug, "uma", title="T" * 300, description="D" * 6000, createdAt=at(14))
    original.ticket("untitled", slug, "uma", title=" \u200b ", createdAt=at(15), tags=["vpn", "vpn", " ", "x" * 60])
    original.ticket("odd-assignee", slug, "cuid", assignedToId=ids["stranger"], id=f"cl{slug}0ticket", createdAt=at(16))
    original.ticket("by-stranger", slug, "stranger", createdAt=at(17))
    original.ticket("by-nobody", slug, "no-such-user", createdAt=at(18))
    original.ticket("of-the-second-uma", slug, "uma-again", createdAt=at(19))
    original.ticket("on-hold", slug, "uma", status="on_hold", createdAt=at(20))
    original.ticket("someday", slug, "uma", priority="someday", createdAt=at(21))
    original.ticket("deleted", slug, "uma", deletedAt=at(30), createdAt=at(22))
    original.ticket("lost-ticket", "no-such-tenant", "uma")
    original.ticket("theirs", other, "stranger", number=7)


def _comments(original: Original) -> None:
    original.comment("reply", "vpn", "sam", 20)
    original.comment("note", "vpn", "sam", 25, isInternal=True, content="Do not tell them.")
    original.comment("edited", "vpn", "uma", 30, updatedAt=at(35))
    original.comment("early", "vpn", "uma", 5, content="Written before its ticket, by the clock.")
    original.comment("endless", "vpn", "uma", 31, content="word " * 4000)
    original.comment("blank", "vpn", "uma", 32, content=" \n\u200b")
    original.comment("by-a-stranger", "vpn", "stranger", 33)
    original.comment("taken-back", "vpn", "uma", 34, deletedAt=at(36))
    original.comment("on-a-deleted-ticket", "deleted", "uma", 40)
    original.comment("on-no-ticket", "no-such-ticket", "uma", 41)
    original.comment("elsewhere", "theirs", "stranger", 42)


def _history(original: Original) -> None:
    ids = original.ids
    original.activity("vpn", "CREATED", 10, {"createdBy": ids["uma"]})
    original.activity("vpn", "UPDATED", 15, {"status": "IN_PROGRESS", "title": "About vpn", "assignedToId": ids["sam"]})
    original.activity("vpn", "COMMENTED", 20, {"commentId": ids["reply"], "authorId": ids["sam"]})
    original.activity("vpn", "PRIORITY_CHANGED", 40, {"from": "low", "to": "high", "changedBy": ids["boss"]})
    original.activity("vpn", "STATUS_CHANGED", 50, {"status": ["in_progress", "resolved"], "userId": ids["sam"]})
    original.activity("vpn", "UPDATED", 55, ["nothing", "that", "we", "know"])
    original.activity("deleted", "CREATED", 22, {"createdBy": ids["uma"]})


def _files(original: Original) -> None:
    def attach(name: str, url: str, minute: int, **more: object) -> None:
        columns = {"filename": f"{name}.png", "mimeType": "image/png", "fileSize": len(PNG), "createdAt": at(minute)}
        ticket = original.ids["vpn"]
        original.insert("Attachment", name, **(columns | {"ticketId": ticket, "fileUrl": url} | more))

    ticket = original.ids["vpn"]
    host = "https://old-files.s3.eu-central-1.amazonaws.com"
    attach("photo", f"{host}/{ticket}/1709280000000-photo 50%.png", 22, filename="photo 50%.png")
    attach("by-path", f"https://s3.internal/old-files/{ticket}/by%20path.png", 23)
    attach("local", "/uploads/local.png", 24, fileSize=1)
    attach("no-file", f"{host}/{ticket}/gone.png", 25)
    attach("outside", "/../outside.png", 26)
    attach("page", "/uploads/page.png", 27)
    attach("script", "/uploads/local.png", 28, filename="run.exe")
    attach("odd-type", "/uploads/local.png", 29, mimeType="application/x-who-knows")
    attach("on-nothing", "/uploads/local.png", 30, ticketId="no-such-ticket")


def files(original: Original) -> dict[str, bytes]:
    """What lies in the original's store, by key."""
    ticket = original.ids["vpn"]
    return {
        f"{ticket}/1709280000000-photo 50%.png": PNG,
        f"{ticket}/by path.png": PNG + b"2",
        "uploads/local.png": PNG + b"3",
        "uploads/page.png": PAGE,
    }


def write_files(original: Original, folder: Path) -> Path:
    """The same in a folder, beside a file that is none of it."""
    root = folder / "files"
    for key, content in files(original).items():
        (root / key).parent.mkdir(parents=True, exist_ok=True)
        (root / key).write_bytes(content)
    (folder / "outside.png").write_bytes(PNG)
    return root


def _told(original: Original, slug: str) -> None:
    ids, tenant = original.ids, original.ids[slug]
    recent = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=3)

    def webhook(name: str, url: str, **more: object) -> None:
        columns = {"secret": "an old shared secret", "events": ["TICKET_CREATED", "COMMENT_ADDED"], "createdAt": at(3)}
        original.insert("Webhook", name, **(columns | {"tenantId": tenant, "url": url} | more))

    def delivery(name: str, hook: str, **more: object) -> None:
        columns = {"event": "TICKET_CREATED", "payload": {"id": ids["vpn"]}, "attempts": 1, "createdAt": recent}
        original.insert("WebhookDelivery", name, **(columns | {"webhookId": ids.get(hook, hook)} | more))

    def notify(name: str, user: str, type_: str, data: dict[str, str] | None, **more: object) -> None:
        columns = {"type": type_, "title": f"About {name}", "message": "…", "createdAt": at(50), "data": data}
        original.insert("Notification", name, **(columns | {"userId": ids.get(user, user)} | more))

    webhook("hook", "https://receiver.example/hook")
    webhook("plain-hook", "http://receiver.example/hook", isActive=False, events=["TICKET_CLOSED", "SLA_BREACHED"])
    webhook("inner-hook", "http://10.0.0.7/hook")
    webhook("weak-hook", "https://receiver.example/weak", secret="1234")
    webhook("deaf-hook", "https://receiver.example/deaf", events=[])
    delivery("delivered", "hook", success=True, statusCode=200, response="ok", deliveredAt=recent)
    delivery("failed", "hook", statusCode=500, response="x" * 30_000)
    delivery("old-delivery", "hook", createdAt=at(9))
    delivery("of-no-hook", "inner-hook")
    notify("read", "uma", "COMMENT_ADDED", {"ticketId": ids["vpn"], "commentId": ids["reply"]}, isRead=True)
    notify("unread", "sam", "TICKET_ASSIGNED", {"ticketId": ids["vpn"]})
    notify("of-a-new-ticket", "sam", "TICKET_CREATED", {"ticketId": ids["vpn"]})
    notify("of-no-ticket", "sam", "STATUS_CHANGED", {"ticketId": ids["deleted"]})
    notify("of-nothing", "sam", "STATUS_CHANGED", None)
    notify("to-nobody", "no-such-user", "STATUS_CHANGED", {"ticketId": ids["vpn"]})
