"""What `import_original` leaves of a database that holds everything that can be wrong with a row."""

from __future__ import annotations

import orjson
import pytest
from django.db import transaction

from helpdesk.importing.rules.values import id_of
from helpdesk.tickets.models import Ticket
from tenants import context
from tests.api import Api
from tests.importing.conftest import Imported, moment, reasons, sign_in
from tests.importing.original import PASSWORD

pytestmark = pytest.mark.usefixtures("looking")
ROLES = {"boss": "ADMIN", "sam": "AGENT", "ada": "AGENT", "uma": "USER"}


class TestPeople:
    def test_sign_in_with_their_old_password(self, imported: Imported) -> None:
        imports = imported.imports
        for name, role in ROLES.items():
            if name != "ada":
                me = sign_in(imports, name).get("/auth/me")
                assert (me["id"], me["role"]) == (imports.original.ids[name], role)

    def test_who_was_deactivated_or_deleted_stays_out(self, imported: Imported) -> None:
        imports = imported.imports
        for name in ("ada", "gone"):
            login = {"email": f"{name}@{imports.slug}.example", "password": PASSWORD, "tenantSlug": imports.slug}
            assert Api().post("/auth/login", login).status == 401
        boss = sign_in(imports, "boss")
        assert boss.patch(f"/users/{imports.id('ada')}", {"isActive": True}).status == 200
        sign_in(imports, "ada")

    def test_are_found_without_naming_the_tenant(self, imported: Imported) -> None:
        imports = imported.imports
        login = {"email": f"SAM@{imports.slug}.example", "password": PASSWORD}
        assert Api().post("/auth/login", login).status == 200

    def test_whose_hash_is_broken_are_invited_anew(self, imported: Imported) -> None:
        imports, lines = imported.imports, imported.lines
        assert "an admin invites them anew" in " ".join(reasons(imports, lines, "broken", what=("changed",)))
        boss = sign_in(imports, "boss")
        assert boss.post(f"/users/{imports.id('broken')}/invite").status == 202
        assert boss.get(f"/users/{imports.id('broken')}")["firstName"] == "broken"

    def test_that_cannot_be_told_apart_or_have_no_role_here_stay_behind(self, imported: Imported) -> None:
        imports, lines, done = imported.imports, imported.lines, imported.done
        assert not done
        assert reasons(imports, lines, "uma-again") == [
            f"its address is, in another case, {imports.id('uma')}'s: change one of them there"
        ]
        assert "--map role.OWNER=OURS" in reasons(imports, lines, "owner")[0]
        assert reasons(imports, lines, "nobody") == ["its email is no address that mail could be sent to"]


class TestTickets:
    def test_are_as_they_were(self, imported: Imported) -> None:
        imports = imported.imports
        boss = sign_in(imports, "boss")
        ticket = boss.get(f"/tickets/{imports.id('vpn')}").body
        assert (ticket["number"], ticket["title"], ticket["status"]) == (7, "About vpn", "closed")
        assert (ticket["priority"], ticket["assignedToId"]) == ("high", imports.original.ids["sam"])
        assert (ticket["requesterId"], ticket["createdAt"]) == (imports.original.ids["uma"], moment(10))
        assert ticket["updatedAt"] == moment(60)
        assert [comment["content"] for comment in ticket["comments"]][:2] == [
            "Written before its ticket, by the clock.",
            "This is reply.",
        ]

    def test_keep_their_number_or_get_one_above_all(self, imported: Imported) -> None:
        imports, lines = imported.imports, imported.lines
        boss = sign_in(imports, "boss")
        numbers = {name: boss.get(f"/tickets/{imports.id(name)}")["number"] for name in ("vpn", "for-uma", "no-number")}
        assert (numbers["vpn"], numbers["for-uma"]) == (7, 40)
        assert numbers["no-number"] > 40
        assert boss.post("/tickets", {"title": "New"})["number"] > numbers["no-number"]
        assert "another ticket's" in reasons(imports, lines, "same-number", what=("changed",))[0]

    def test_whom_they_are_for_decides_who_sees_them(self, imported: Imported) -> None:
        imports = imported.imports
        uma = sign_in(imports, "uma")
        seen = {ticket["id"] for ticket in uma.get("/tickets?limit=100")["data"]}
        assert {imports.original.ids["for-uma"], imports.original.ids["vpn"]} <= seen
        assert imports.original.ids["no-number"] not in seen

    def test_notes_stay_notes(self, imported: Imported) -> None:
        imports = imported.imports
        uma = sign_in(imports, "uma")
        ticket = uma.get(f"/tickets/{imports.id('vpn')}")
        assert "Do not tell them." not in orjson.dumps(ticket.body).decode()
        sam = sign_in(imports, "sam")
        assert "Do not tell them." in orjson.dumps(sam.get(f"/tickets/{imports.id('vpn')}").body).decode()

    def test_are_found_by_their_words(self, imported: Imported) -> None:
        imports = imported.imports
        sam = sign_in(imports, "sam")
        found = sam.get("/search?q=edited&types=tickets")["data"]
        assert [one["ticket"]["id"] for one in found] == [imports.original.ids["vpn"]]

    @pytest.mark.parametrize(
        ("name", "why"),
        [
            ("by-stranger", "is nobody of this tenant"),
            ("by-nobody", "is nobody of this tenant"),
            ("of-the-second-uma", "is nobody of this tenant"),
            ("on-hold", "--map status.ON_HOLD=OURS"),
            ("someday", "--map priority.SOMEDAY=OURS"),
            ("deleted", "it was deleted there"),
            ("on-a-deleted-ticket", "its ticket was not taken"),
            ("lost-ticket", "it leads to no tenant"),
            ("on-no-ticket", "it leads to no tenant"),
            ("blank", "it says nothing"),
            ("by-a-stranger", "is nobody of this tenant"),
            ("taken-back", "it was deleted there"),
        ],
    )
    def test_that_lead_nowhere_stay_behind_and_are_named(self, imported: Imported, name: str, why: str) -> None:
        imports, lines, done = imported.imports, imported.lines, imported.done
        (told,) = reasons(imports, lines, name)
        assert why in told
        assert not done

    def test_texts_are_cut_to_what_can_be_kept(self, imported: Imported) -> None:
        imports, lines = imported.imports, imported.lines
        boss = sign_in(imports, "boss")
        ticket = boss.get(f"/tickets/{imports.id('long')}")
        assert (len(ticket["title"]), len(ticket["description"])) == (200, 5000)
        assert len(reasons(imports, lines, "long", what=("changed",))) == 2
        same = {name: ticket[name] for name in ("title", "description", "status", "priority")}
        assert boss.patch(f"/tickets/{imports.id('long')}", same).status == 200

    def test_ids_that_are_no_uuids_become_some(self, imported: Imported) -> None:
        imports = imported.imports
        boss = sign_in(imports, "boss")
        ticket = boss.get(f"/tickets/{id_of(imports.original.ids['odd-assignee'])}")
        assert ticket["requesterId"] == str(id_of(imports.original.ids["cuid"]))
        assert ticket["assignedToId"] is None


class TestHistory:
    def test_stands_in_the_timeline_with_its_time_and_who_did_it(self, imported: Imported) -> None:
        imports = imported.imports
        sam = sign_in(imports, "sam")
        told = sam.get(f"/tickets/{imports.id('vpn')}/timeline")["data"][::-1]
        seen = [(one["type"], one["occurredAt"], (one["actor"] or {}).get("name")) for one in told]
        assert seen == [
            ("ticket.created", moment(10), "Uma Original"),
            ("comment.added", moment(10), "Uma Original"),
            ("ticket.status_changed", moment(15), None),
            ("ticket.assigned", moment(15), None),
            ("comment.added", moment(20), "Sam Original"),
            *(("attachment.added", moment(minute), "Uma Original") for minute in (22, 23, 24)),
            ("comment.added", moment(25), "Sam Original"),
            ("comment.added", moment(30), "Uma Original"),
            ("comment.added", moment(31), "Uma Original"),
            ("ticket.priority_changed", moment(40), "Boss Original"),
            ("ticket.status_changed", moment(50), "Sam Original"),
            ("ticket.closed", moment(60), None),
        ]
        assert told[11]["changes"] == {"priority": ["low", "high"]}
        assert [told[n]["data"]["ticket"]["status"] for n in (0, 8, 12, 13)] == [
            "open",
            "in_progress",
            "resolved",
            "closed",
        ]

    def test_is_the_audits_too(self, imported: Imported) -> None:
        imports = imported.imports
        boss = sign_in(imports, "boss")
        found = boss.get(f"/audit?ticketId={imports.id('vpn')}&type=ticket.priority_changed")["data"]
        assert [(one["occurredAt"], one["actor"]["name"]) for one in found] == [(moment(40), "Boss Original")]

    def test_counts_in_analytics(self, imported: Imported) -> None:
        imports = imported.imports
        with context.tenant(imports.ref), transaction.atomic():
            ticket = Ticket.objects.get(id=imports.id("vpn"))
        assert ticket.first_response_at is not None
        assert ticket.done_at is not None
        assert (ticket.first_response_at.strftime("%H:%M"), ticket.done_at.strftime("%H:%M")) == ("08:20", "08:50")
