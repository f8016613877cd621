"""An admin defines a field and an agent fills it in; a macro is made, looked at and applied; tags become one."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from helpdesk.macros.models import Macro
from helpdesk.tickets.models import Ticket
from helpdesk.work import unit_of_work
from tenants import context
from tests.browser.conftest import Visit
from tests.browser.stage import eventually, opened
from tests.conftest import Desk

pytestmark = pytest.mark.slow


def shot(page: Any, name: str) -> None:
    """A picture, where one is wanted."""
    if where := os.environ.get("SHOTS"):
        page.screenshot(path=f"{where}/{name}.png")


def stored(desk: Desk, ticket_id: Any) -> Ticket:
    with context.tenant(desk.ref), unit_of_work():
        return Ticket.objects.get(id=ticket_id)


def test_a_field_is_defined_and_filled_in(visit: Visit, own_desk: Callable[..., Desk]) -> None:
    desk = own_desk()
    (ticket,) = opened(desk, "The VPN drops")
    page = visit(desk.admin, "/settings/fields").page
    page.get_by_role("button", name="New field").first.click()
    page.get_by_label("Name", exact=True).fill("Region")
    page.get_by_label("Kind").select_option("select")
    page.get_by_label("Options").fill("Europe\nus = United States")
    shot(page, "field-form")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("One of a list")).to_be_visible()
    shot(page, "fields")
    page = visit(desk.agent, f"/tickets/{ticket.id}").page
    page.get_by_role("group", name="Region").get_by_role("button").click()
    page.get_by_role("option", name="United States").click()
    eventually(lambda: bool(stored(desk, ticket.id).custom_fields == {"region": "us"}))
    shot(page, "ticket-fields")


def test_a_macro_is_made_and_applied_by_keyboard(visit: Visit, own_desk: Callable[..., Desk]) -> None:
    desk = own_desk()
    (ticket,) = opened(desk, "The VPN drops")
    page = visit(desk.agent, "/settings/macros").page
    page.get_by_role("button", name="New macro").first.click()
    page.get_by_label("Name", exact=True).fill("Ask")
    page.get_by_label("Text").fill("Hello {{requester.firstName}}, which version?")
    page.get_by_label("Status").select_option("pending")
    page.get_by_label("Tags to add").fill("asked")
    shot(page, "macro-form")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("list", name="Macros").get_by_text("Ask", exact=True)).to_be_visible()
    page = visit(desk.agent, f"/tickets/{ticket.id}").page
    expect(page.get_by_role("button", name="Macro")).to_be_visible()
    page.keyboard.press("m")
    expect(page.get_by_label("Reply", exact=True).last).to_have_value(f"Hello {desk.user.first_name}, which version?")
    shot(page, "macro")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("which version?").first).to_be_visible()
    eventually(lambda: stored(desk, ticket.id).status == "pending")
    assert stored(desk, ticket.id).tags == ["asked"]
    with context.tenant(desk.ref), unit_of_work():
        assert Macro.objects.get().usage_count == 1


def test_two_tags_become_one(visit: Visit, own_desk: Callable[..., Desk]) -> None:
    desk = own_desk()
    (ticket,) = opened(desk, "The VPN drops", tags=["wifi", "wi-fi"])
    page = visit(desk.admin, "/settings/tags").page
    page.get_by_label("Choose wifi").check()
    page.get_by_label("Choose wi-fi").check()
    page.get_by_role("button", name="Rename 2 tags").click()
    page.get_by_label("New name").fill("network")
    shot(page, "tags")
    page.get_by_role("button", name="Rename", exact=True).click()
    expect(page.get_by_label("Choose network")).to_be_visible()
    assert stored(desk, ticket.id).tags == ["network"]
