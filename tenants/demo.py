"""Demo data of development: two tenants with people and tickets, all with the same password."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from helpdesk.clock import now
from helpdesk.comments.actions import add_comment
from helpdesk.people.actions import create_person
from helpdesk.people.models import Person
from helpdesk.people.passwords import hash_password
from helpdesk.tickets.actions import change_ticket, create_ticket
from helpdesk.vocabulary import Role, TicketPriority, TicketStatus
from helpdesk.work import unit_of_work
from tenants import context
from tenants.actions import create_tenant
from tenants.models import PlatformAdmin, Tenant

PASSWORD = "demo-password"  # noqa: S105
TENANTS = {"acme": "Acme Inc.", "globex": "Globex"}
PEOPLE: dict[str, tuple[str, str, Role]] = {
    "admin": ("Alex", "Admin", Role.ADMIN),
    "agent": ("Sam", "Agent", Role.AGENT),
    "ada": ("Ada", "Lovelace", Role.AGENT),
    "user": ("Uma", "User", Role.REQUESTER),
}


@dataclass(frozen=True, slots=True)
class _DemoTicket:
    title: str
    description: str
    priority: TicketPriority
    tags: list[str]
    reply: str = ""
    note: str = ""
    status: TicketStatus = TicketStatus.OPEN


TICKETS = [
    _DemoTicket(
        "VPN drops every ten minutes",
        "Since Monday the VPN disconnects and I have to sign in again.",
        TicketPriority.HIGH,
        ["vpn", "network"],
        reply="Thank you for telling us. Which client version do you use?",
        note="Same symptom as last month's gateway update.",
        status=TicketStatus.PENDING,
    ),
    _DemoTicket(
        "New laptop for a colleague",
        "Grace starts on the first of the month and needs a laptop.",
        TicketPriority.MEDIUM,
        ["hardware"],
        status=TicketStatus.IN_PROGRESS,
    ),
    _DemoTicket(
        "The printer on floor 3 prints in pink only", "Every page, every paper.", TicketPriority.LOW, ["printer"]
    ),
    _DemoTicket(
        "Cannot open the shared calendar",
        "It says that I have no permission.",
        TicketPriority.MEDIUM,
        ["calendar"],
        reply="You were missing from the group; you are in it now.",
        status=TicketStatus.RESOLVED,
    ),
    _DemoTicket("Payment page shows an error", "Customers see error 502.", TicketPriority.URGENT, ["web", "payments"]),
]


def create_demo() -> list[str]:
    """Make what is missing; says the slugs that were made. Running it again makes nothing."""
    with context.platform(), transaction.atomic():
        have = set(Tenant.objects.filter(slug__in=TENANTS).values_list("slug", flat=True))
    missing = [slug for slug in TENANTS if slug not in have]
    password_hash = hash_password(PASSWORD) if missing else ""
    for slug in missing:
        tenant = create_tenant(name=TENANTS[slug], slug=slug)
        with context.tenant(tenant.ref()), unit_of_work():
            _fill(slug, password_hash)
    _create_root()
    return missing


def _fill(slug: str, password_hash: str) -> None:
    people = {
        word: create_person(
            None,
            email=f"{word}@{slug}.example",
            first_name=first,
            last_name=last,
            password_hash=password_hash,
            role=role,
        )
        for word, (first, last, role) in PEOPLE.items()
    }
    Person.objects.update(email_confirmed_at=now())
    for number, ticket in enumerate(TICKETS):
        _open(ticket, people, assignee=people[("agent", "ada")[number % 2]])


def _open(demo: _DemoTicket, people: dict[str, Person], *, assignee: Person) -> None:
    fields = {"title": demo.title, "description": demo.description, "priority": demo.priority}
    ticket = create_ticket(people["user"], fields=fields)
    changes: dict[str, object] = {"tags": demo.tags, "status": demo.status}
    if demo.status is not TicketStatus.OPEN:
        changes["assigned_to_id"] = assignee.id
    change_ticket(assignee, ticket.id, fields=changes)
    if demo.note:
        add_comment(assignee, ticket.id, content=demo.note, is_internal=True)
    if demo.reply:
        add_comment(assignee, ticket.id, content=demo.reply, is_internal=False)


def _create_root() -> None:
    with context.platform(), transaction.atomic():
        if not PlatformAdmin.objects.filter(email="root@platform.example").exists():
            PlatformAdmin.objects.create(
                email="root@platform.example", first_name="Root", last_name="", password_hash=hash_password(PASSWORD)
            )
