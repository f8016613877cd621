"""What only an admin does: erasing somebody, and saying how long things are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from helpdesk.erasing.rules import TEXT, is_erased
from helpdesk.people.models import Person
from helpdesk.tickets.models import Ticket
from helpdesk.work import unit_of_work
from tenants import context
from tenants.models import Tenant
from tests.browser.conftest import Visit
from tests.browser.stage import eventually, opened
from tests.conftest import Desk

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(own_desk: Callable[[], Desk]) -> Desk:
    return own_desk()


def email_of(desk: Desk, person: Person) -> str:
    with context.tenant(desk.ref), unit_of_work():
        return str(Person.objects.get(id=person.id).email)


def settings_of(desk: Desk) -> dict[str, Any]:
    return dict(Tenant.objects.get(id=desk.ref.id).settings)


def erasing(page: Page, person: Person) -> Locator:
    """The dialog that asks before somebody is erased."""
    page.get_by_role("button", name=f"What to do with {person.name}").click()
    page.get_by_role("menuitem", name="Erase for good").click()
    return page.get_by_role("dialog", name=f"Erase {person.name}?")


class TestErasingAPerson:
    def test_says_what_goes_and_stays_and_wants_the_address(self, visit: Visit, desk: Desk):
        opened(desk, "My salary")
        page = visit(desk.admin, "/settings/users").page
        dialog = erasing(page, desk.user)
        expect(dialog.get_by_role("heading", name="This goes, and nobody can bring it back")).to_be_visible()
        expect(dialog.get_by_text("Backups and archives that were made before.")).to_be_visible()
        does = dialog.get_by_role("button", name="Erase for good")
        expect(does).to_be_disabled()
        dialog.get_by_label(f"Type {desk.user.email} to confirm").fill(desk.user.name)
        expect(does).to_be_disabled()
        dialog.get_by_label(f"Type {desk.user.email} to confirm").fill(desk.user.email)
        does.click()
        expect(page.get_by_text("The log follows within minutes.")).to_be_visible()
        expect(page.get_by_text(desk.user.email, exact=True)).to_have_count(0)
        assert is_erased(email_of(desk, desk.user))
        with context.tenant(desk.ref), unit_of_work():
            assert Ticket.objects.get().title == TEXT

    def test_who_was_erased_is_shown_as_nobody_and_left_alone(self, visit: Visit, desk: Desk):
        page = visit(desk.admin, "/settings/users").page
        dialog = erasing(page, desk.user)
        dialog.get_by_label(f"Type {desk.user.email} to confirm").fill(desk.user.email)
        dialog.get_by_role("button", name="Erase for good").click()
        expect(dialog).to_have_count(0)
        page.get_by_role("button", name="State: Active").click()
        page.get_by_role("option", name="Deactivated").click()
        row = page.get_by_role("listitem").filter(has_text="Erased person")
        expect(row).to_be_visible()
        expect(row.get_by_role("button")).to_have_count(0)

    def test_the_last_admin_cannot_erase_themselves(self, visit: Visit, desk: Desk):
        page = visit(desk.admin, "/settings/users").page
        dialog = erasing(page, desk.admin)
        expect(dialog.get_by_text("This is you.")).to_be_visible()
        dialog.get_by_label(f"Type {desk.admin.email} to confirm").fill(desk.admin.email)
        dialog.get_by_role("button", name="Erase for good").click()
        expect(dialog.get_by_role("alert")).to_contain_text("the last active admin")
        assert email_of(desk, desk.admin) == desk.admin.email

    def test_is_not_offered_to_agents(self, visit: Visit, desk: Desk):
        page = visit(desk.agent, "/settings/users").page
        expect(page.get_by_text(desk.user.email, exact=True)).to_be_visible()
        expect(page.get_by_role("button", name="What to do with")).to_have_count(0)


class TestHowLongThingsAreKept:
    def test_is_said_in_days_and_what_else_is_set_stays(self, visit: Visit, desk: Desk):
        page = visit(desk.admin, "/settings/desk").page
        page.get_by_label("Show requesters that an agent is typing").check()
        page.get_by_label("Sent mails", exact=True).select_option("For some days")
        days = page.get_by_label("Days: Sent mails")
        days.fill("3")
        page.get_by_role("button", name="Save").click()
        assert days.evaluate("(field) => field.validity.rangeUnderflow")
        assert "keepDays" not in settings_of(desk)
        days.fill("10")
        expect(page.get_by_text("What is older goes tonight, for good.")).to_be_visible()
        page.get_by_role("main").get_by_label("Notifications", exact=True).select_option("For ever")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved", exact=True)).to_be_visible()
        assert settings_of(desk)["keepDays"] == {"mails": 10, "notifications": 0}
        assert settings_of(desk)["showAgentTyping"] is True
        page.reload()
        expect(page.get_by_label("Days: Sent mails")).to_have_value("10")
        page.get_by_label("Sent mails", exact=True).select_option("As the hub says")
        page.get_by_role("button", name="Save").click()
        eventually(lambda: settings_of(desk)["keepDays"] == {"notifications": 0})
