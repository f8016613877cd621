"""Run beside a cluster of its own (`DATABASE_URL`): `write` makes two desks there and writes until it is told to stop;
`look` follows docs/keeping.md after a restore, and tells what is there. In JSON, a line each.
"""

from __future__ import annotations

import json
import sys
import threading
from datetime import UTC, datetime
from typing import Any

import django

SLUGS = ("first", "second")


def write() -> None:
    """Begins with the epochs. Then a line for each ticket that was acknowledged; its end is the end of the input."""
    from django.db import connection

    from tenants import context
    from tests.conftest import make_desk
    from tests.keeping.scene import command, row

    command("migrate_hub")
    with context.platform():
        desks = [make_desk(slug) for slug in SLUGS]
    tell({desk.ref.slug: str(row(desk.ref, "SELECT epoch FROM event_head")) for desk in desks})
    stop = threading.Event()

    def go_on(desk: Any) -> None:
        from tests.api import Api

        user = Api().as_(desk, desk.user)
        while not stop.is_set():
            begun = moment()
            answer = user.post("/tickets", {"title": "Written while the backup runs"})
            assert answer.status == 201, answer
            tell({"slug": desk.ref.slug, "begun": begun, "acknowledged": moment(), "ticket": answer["id"]})
        connection.close()

    writers = [threading.Thread(target=go_on, args=(desk,)) for desk in desks]
    for writer in writers:
        writer.start()
    sys.stdin.read()
    stop.set()
    for writer in writers:
        writer.join()
    ends = {desk.ref.slug: row(desk.ref, "SELECT last_seq FROM event_head") for desk in desks}
    tell({"ends": ends})


def look(known: dict[str, str]) -> None:
    """`known`: by desk the place in its log that somebody had when the cluster was lost."""
    from tenants import context
    from tenants.keeping.running import tenant_named
    from tests.api import Api
    from tests.conftest import PASSWORD
    from tests.keeping.scene import command, row

    told: dict[str, Any] = {"migrated": command("migrate_hub"), "log": command("verify_log"), "desks": {}}
    for slug in SLUGS:
        with context.platform():
            ref = tenant_named(slug)
        told["desks"][slug] = {
            "tickets": row(ref, "SELECT array_agg(id::text ORDER BY number) FROM ticket"),
            "logged": row(ref, "SELECT array_agg(ticket::text ORDER BY seq) FROM event WHERE type = 'ticket.created'"),
            "restored_epoch": str(row(ref, "SELECT epoch FROM event_head")),
        }
    told["after"] = command("after_restore")
    for slug in SLUGS:
        signed_in = Api().post("/auth/login", {"email": f"agent@{slug}.example", "password": PASSWORD})
        answer = Api(signed_in["token"]).get(f"/events?since={known[slug]}")
        told["desks"][slug] |= {"epoch": answer["epoch"], "told": [frame["type"] for frame in answer["events"]]}
    tell(told)


def moment() -> str:
    return datetime.now(UTC).isoformat()


_one_line = threading.Lock()


def tell(what: Any) -> None:
    with _one_line:
        print(json.dumps(what), flush=True)


if __name__ == "__main__":
    django.setup()
    write() if sys.argv[1] == "write" else look(json.loads(sys.argv[2]))
