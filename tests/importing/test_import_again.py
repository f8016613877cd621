"""An import that is run again, or only tried, and what it does to whole tenants."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from helpdesk.comments.models import Comment
from helpdesk.dispatch.models import LogCursor
from helpdesk.events.queries import get_head
from helpdesk.mail.models import Mail
from helpdesk.notifications.models import Notification
from helpdesk.people.models import Person
from helpdesk.tickets.models import Ticket
from helpdesk.webhooks.actions.filling import fill
from helpdesk.webhooks.models import WebhookDelivery
from helpdesk.work import unit_of_work
from tasks.dispatch import dispatch
from tenants import context
from tenants.context import TenantRef
from tenants.models import Tenant, TenantImport
from tests.api import Api
from tests.helpdesk.log import last_seq, payload, require_whole, rows_after
from tests.importing.conftest import STAYED, Import, moment, reasons, sign_in
from tests.importing.original import PASSWORD, at

pytestmark = pytest.mark.slow


def everything(ref: TenantRef) -> Any:
    """All that an import writes of a tenant."""
    with context.tenant(ref), transaction.atomic():
        return (
            get_head(),
            list(Person.objects.order_by("id").values()),
            list(Ticket.objects.order_by("id").values()),
            list(Comment.objects.order_by("id").values()),
        )


class TestAgain:
    def test_a_dry_run_says_the_same_and_changes_nothing(self, imports: Import) -> None:
        told, lines, done = imports.run(dry_run=True)
        with context.platform(), transaction.atomic():
            assert not Tenant.objects.filter(id=imports.id(imports.slug)).exists()
            assert not TenantImport.objects.filter(tenant_id=imports.id(imports.slug)).exists()
        after, lines_after, done_after = imports.run()
        assert (lines, done) == (lines_after, done_after)
        assert told[told.index("table") :].startswith(after[after.index("table") :].rstrip())

    def test_a_second_run_takes_nothing(self, imports: Import) -> None:
        imports.run()
        before = everything(imports.ref)
        told, lines, _ = imports.run()
        assert everything(imports.ref) == before
        assert all(line["what"] in STAYED for line in lines)
        assert [row.split()[2] for row in told[told.index("table") :].splitlines()[1:]] == ["0"] * 9

    def test_what_was_mended_there_is_taken_then(self, imports: Import) -> None:
        imports.run()
        imports.original.run(f"UPDATE \"User\" SET email = 'uma2@x.example' WHERE id = '{imports.id('uma-again')}'")
        imports.run()
        sam = sign_in(imports, "sam")
        assert sam.get(f"/tickets/{imports.id('of-the-second-uma')}")["requester"]["email"] == "uma2@x.example"

    def test_what_was_said_since_is_told_to_those_who_look(self, imports: Import) -> None:
        imports.run()
        sam = sign_in(imports, "sam")
        sam.post(f"/tickets/{imports.id('vpn')}/comments", {"content": "Here already."})
        seq = last_seq(imports.ref)
        imports.original.comment("late", "vpn", "uma", 90)
        imports.run()
        rows = [row for row in rows_after(imports.ref, seq) if row.type == "comment.added"]
        assert [payload(row).get("occurredAt") for row in rows] == [moment(90)]
        dispatch(str(imports.ref.id))
        with context.tenant(imports.ref), transaction.atomic():
            new = Notification.objects.exclude(id__in=[imports.id("read"), imports.id("unread")])
            assert [(one.kind, one.title) for one in new] == [("comment_added", "Sam Original replied on #7 About vpn")]
            assert Ticket.objects.get(id=imports.id("vpn")).last_activity_at.year > at(0).year
        require_whole(imports.ref)

    def test_what_was_changed_there_since_is_named(self, imports: Import) -> None:
        imports.run()
        imports.original.run(f'UPDATE "Ticket" SET "updatedAt" = now() WHERE id = \'{imports.id("vpn")}\'')
        _, lines, _ = imports.run()
        assert reasons(imports, lines, "vpn") == ["it is here as it was before it was changed there"]

    def test_what_was_deleted_here_stays_deleted(self, imports: Import) -> None:
        imports.run()
        boss = sign_in(imports, "boss")
        assert boss.delete(f"/tickets/{imports.id('vpn')}").status == 204
        assert boss.delete(f"/tickets/{imports.id('for-uma')}").status == 204
        _, lines, _ = imports.run()
        assert reasons(imports, lines, "vpn") == ["it was taken before, and has been deleted here since"]
        assert boss.get(f"/tickets/{imports.id('vpn')}").status == 404

    def test_whose_role_somebody_has_mapped_come_along(self, imports: Import) -> None:
        imports.run(map=["role.OWNER=ADMIN"])
        assert sign_in(imports, "owner").get("/auth/me")["role"] == "ADMIN"

    def test_is_chained_and_nobody_is_told_of_it(self, imports: Import) -> None:
        imports.run()
        assert require_whole(imports.ref) == last_seq(imports.ref) > 20
        dispatch(str(imports.ref.id))
        with context.tenant(imports.ref), unit_of_work():
            assert LogCursor.objects.get().seq == get_head().last_seq
            while fill():
                pass
        with context.tenant(imports.ref), transaction.atomic():
            assert not Mail.objects.exists()
            assert set(Notification.objects.values_list("id", flat=True)) == {imports.id("read"), imports.id("unread")}
            told = {imports.id("delivered"), imports.id("failed")}
            assert set(WebhookDelivery.objects.values_list("id", flat=True)) == told

    def test_new_events_are_told_again(self, imports: Import) -> None:
        imports.run()
        uma, sam = (sign_in(imports, name) for name in ("uma", "sam"))
        assert sam.post(f"/tickets/{imports.id('vpn')}/comments", {"content": "And now?"}).status == 201
        dispatch(str(imports.ref.id))
        assert [one["type"] for one in uma.get("/notifications")["data"]] == ["comment_added"] * 2


class TestTenants:
    def test_the_other_is_untouched_by_an_import_of_one(self, imports: Import) -> None:
        other = f"{imports.slug}-two"
        imports.run(tenant=[other])
        before = everything(imports.ref_of(other))
        imports.run(tenant=[imports.slug])
        assert everything(imports.ref_of(other)) == before
        boss = sign_in(imports, "boss")
        assert boss.get(f"/tickets/{imports.id('theirs')}").status == 404

    def test_open_when_all_is_there_unless_they_are_to_wait(self, imports: Import) -> None:
        imports.run(keep_suspended=True)
        login = {"email": f"sam@{imports.slug}.example", "password": PASSWORD, "tenantSlug": imports.slug}
        assert Api().post("/auth/login", login).status == 403

    def test_whose_slug_is_refused_or_taken_need_another(self, imports: Import) -> None:
        imports.original.run(f"UPDATE \"Tenant\" SET slug = 'API' WHERE slug = '{imports.slug}'")
        _, lines, _ = imports.run()
        assert "--slug API=NEW" in reasons(imports, lines, imports.slug)[0]
        assert reasons(imports, lines, "vpn", "reply", "uma") == ["its tenant was not taken"] * 3
        _, lines, _ = imports.run(slug=[f"API={imports.slug}"])
        assert reasons(imports, lines, imports.slug, what=("changed",)) == [f"its slug is {imports.slug} here"]
        sign_in(imports, "sam")

    def test_keep_only_settings_that_the_hub_takes(self, imports: Import) -> None:
        imports.run()
        with context.platform(), transaction.atomic():
            found = dict(Tenant.objects.values_list("slug", "settings"))
        assert found[imports.slug] == {"timeZone": "Europe/Berlin", "theme": "dark"}
        assert found[f"{imports.slug}-two"] == {}
