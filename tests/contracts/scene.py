"""A desk with a ticket, a reply and a note on it; platform admins; and a fingerprint of everything a tenant has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction

from helpdesk.api_keys.models import ApiKey
from helpdesk.attachments.shapes import file_url
from helpdesk.clock import now
from helpdesk.comments.actions import add_comment
from helpdesk.drafts.actions import save_draft
from helpdesk.exports.models import Export
from helpdesk.field_settings.actions import create_field
from helpdesk.field_settings.schemas import CreateCustomField
from helpdesk.macros.actions import create_macro
from helpdesk.macros.schemas import CreateMacro
from helpdesk.mail.models import Mail, MailTemplate, UndeliverableAddress
from helpdesk.merging.actions import merge_ticket
from helpdesk.notifications.models import Notification
from helpdesk.people.actions import start_session
from helpdesk.people.links import token_of
from helpdesk.people.models import AccountLink, Person
from helpdesk.people.passwords import hash_password
from helpdesk.people.tokens import Bearer, issue_token
from helpdesk.relations.actions import relate
from helpdesk.sla.actions.policies import create_policy
from helpdesk.sla.schemas import CreateSlaPolicy
from helpdesk.teams.actions import create_team
from helpdesk.ticket_templates.actions import create_template
from helpdesk.ticket_templates.schemas import CreateTicketTemplate
from helpdesk.ticket_views.actions import create_view
from helpdesk.ticket_views.schemas import CreateView
from helpdesk.tickets.actions import create_ticket
from helpdesk.vocabulary import DraftKind, FieldType, LinkPurpose, NotificationKind, RelationWord, Role, ViewVisibility
from helpdesk.webhooks.actions.again import ping
from helpdesk.webhooks.actions.endpoints import create_webhook
from helpdesk.work import unit_of_work
from tenants import context, platform_sessions
from tenants.context import TenantRef
from tenants.models import PlatformAdmin
from tests.conftest import PASSWORD, Desk, _drop, make_desk
from tests.contracts.files import attach, expect_upload
from tests.contracts.operations import Target

POLICY: dict[str, Any] = {
    "targets": {"firstResponse": 60},
    "hours": {"zone": "UTC", "week": {"monday": [{"opens": "09:00", "closes": "17:00"}]}},
}


@dataclass(frozen=True, slots=True)
class Scene:
    """What was put on a desk: a ticket of its requester, with comments by `author`."""

    ticket_id: UUID
    reply_id: UUID
    note_id: UUID
    notification_id: UUID
    """Told to `author`."""
    webhook_id: UUID
    delivery_id: UUID
    address_id: UUID
    """One that gets no mail."""
    key_id: UUID
    """An API key of `author`."""
    team_id: UUID
    member_id: UUID
    """An agent, who is in the team. No ticket is with it."""
    attachment_id: UUID
    upload_key: str
    """`author` may register it."""
    file_url: str
    draft_id: UUID
    """`author`'s reply on the ticket, not sent."""
    macro_id: UUID
    """The team's, as the template is."""
    template_id: UUID
    field_id: UUID
    """A custom field that requesters get."""
    view_id: UUID
    """The team's; `author`'s own where they are staff."""
    export_id: UUID
    """`author`'s, with a file."""
    other_id: UUID
    """Another ticket of the same requester, of which the first is a duplicate."""
    relation_id: UUID
    policy_id: UUID
    """The only SLA policy; the ticket is older."""

    def target(self, desk: Desk, *, person: Person, **more: Any) -> Target:
        """All of it, to be named by a call."""
        things = {"comment_id": self.reply_id} | {name: getattr(self, name) for name in _NAMED} | more
        return Target(tenant_id=desk.ref.id, slug=desk.ref.slug, person_id=person.id, address=person.email, **things)


_NAMED = (
    "ticket_id",
    "notification_id",
    "webhook_id",
    "delivery_id",
    "address_id",
    "key_id",
    "team_id",
    "member_id",
    "attachment_id",
    "upload_key",
    "file_url",
    "view_id",
    "draft_id",
    "field_id",
    "macro_id",
    "template_id",
    "export_id",
    "other_id",
    "relation_id",
    "policy_id",
)


def set_scene(desk: Desk, *, author: Person | None = None, word: str = "scene") -> Scene:
    """A ticket of `desk.user` that holds `word` in every text."""
    author = author or desk.agent
    with context.tenant(desk.ref), unit_of_work():
        ticket = create_ticket(desk.user, fields={"title": f"{word} title", "description": f"{word} description"})
        reply = add_comment(author, ticket.id, content=f"{word} reply", is_internal=False)
        note = add_comment(desk.agent, ticket.id, content=f"{word} note", is_internal=True)
        notification = Notification.objects.create(
            person=author,
            event_id=uuid4(),
            kind=NotificationKind.STATUS_CHANGED.value,
            title=f"{word} notification",
            ticket_id=ticket.id,
            comment_id=reply.id,
        )
        webhook, _ = create_webhook(
            desk.agent, fields={"url": f"https://{word}.example/", "events": ["*"]}, secret=None
        )
        delivery = ping(desk.agent, webhook.id)
        Mail.objects.create(
            person=author, event_id=uuid4(), kind="mentioned", ticket_id=ticket.id, subject=f"{word} mail", due_at=None
        )
        address = UndeliverableAddress.objects.create(address=f"{word}@gone.example", reason=f"{word} reason")
        key = ApiKey.objects.create(
            person=author, name=f"{word} key", sha256=uuid4().bytes * 2, last_four="word", scopes=["tickets:read:any"]
        )
        MailTemplate.objects.create(
            kind="assigned", subject=f"{word} subject", text=f"{word} text", html=f"{word} html"
        )
        team = create_team(desk.admin, fields={"name": f"{word} team", "member_ids": [desk.agent.id]})
        attachment = attach(author, ticket.id, filename=f"{word} file.txt")
        attach(desk.agent, ticket.id, filename=f"{word} note's file.txt", comment_id=note.id)
        upload = expect_upload(author, ticket.id, filename=f"{word} upload.txt")
        url = file_url(ticket.id, upload.id)
        draft = save_draft(author, ticket.id, DraftKind.REPLY, content=f"{word} draft")
        assert draft is not None
        owner = author if author.is_staff else desk.agent
        shared = {"visibility": "team", "team_id": team.id}
        view = create_view(owner, fields=CreateView(name=f"{word} view").everything() | shared)
        field = create_field(
            desk.admin,
            fields=CreateCustomField(key="scene", label=f"{word} field", type=FieldType.TEXT).everything()
            | {"is_shown": True},
        )
        other = create_ticket(desk.user, fields={"title": f"{word} other title"})
        relation = relate(desk.agent, ticket.id, relation=RelationWord.DUPLICATE_OF, other_id=other.id)
        macro = create_macro(
            owner,
            fields=CreateMacro.model_validate(
                {"name": f"{word} macro", "comment": {"content": f"{word} macro's text"}}
            ).everything()
            | shared_with(team.id),
        )
        template = create_template(
            owner,
            fields=CreateTicketTemplate.model_validate(
                {"name": f"{word} template", "ticket": {"title": f"{word} template's title"}}
            ).everything()
            | shared_with(team.id),
        )
        export = Export.objects.create(
            person=author,
            kind="tickets",
            format="csv",
            status="done",
            query={"q": f"{word} export"},
            filename=f"{word} export.csv",
            key=f"{desk.ref.id}/exports/{word}",
            due_at=None,
            expires_at=now() + timedelta(days=1),
        )
        policy, _ = create_policy(desk.admin, fields=dict(CreateSlaPolicy.model_validate(POLICY | {"name": word})))
    return Scene(
        ticket_id=ticket.id,
        reply_id=reply.id,
        note_id=note.id,
        notification_id=notification.id,
        webhook_id=webhook.id,
        delivery_id=delivery.id,
        address_id=address.id,
        key_id=key.id,
        team_id=team.id,
        member_id=desk.agent.id,
        attachment_id=attachment.id,
        upload_key=upload.key,
        file_url=url,
        view_id=view.id,
        draft_id=draft.id,
        field_id=field.id,
        macro_id=macro.id,
        template_id=template.id,
        export_id=export.id,
        other_id=other.id,
        relation_id=relation.id,
        policy_id=policy.id,
    )


def shared_with(team_id: UUID) -> dict[str, Any]:
    """The columns of what is a team's."""
    return {"visibility": ViewVisibility.TEAM, "team_id": team_id}


@dataclass(frozen=True, slots=True)
class Home:
    """A committed desk with a scene by `author`, and with what is good for one use: a session, three links."""

    desk: Desk
    author: Person
    scene: Scene
    refresh_token: str
    """`desk.user`'s."""
    links: dict[str, str]

    def target(self, *, person: Person) -> Target:
        return self.scene.target(self.desk, person=person, refresh_token=self.refresh_token, links=self.links)


@contextmanager
def homes() -> Iterator[dict[Role, Home]]:
    """A home for each role of a tenant, with a scene by somebody of it: made once, for tests that are rolled back."""
    with ExitStack() as made:
        found = {}
        for role in (Role.REQUESTER, Role.AGENT, Role.ADMIN):
            found[role] = make_home(role)
            made.callback(_drop, found[role].desk)
        yield found


def make_home(role: Role) -> Home:
    desk = make_desk(f"home-{uuid4().hex[:10]}")
    author = {Role.REQUESTER: desk.user, Role.AGENT: desk.agent, Role.ADMIN: desk.admin}[role]
    scene = set_scene(desk, author=author)
    with context.tenant(desk.ref), unit_of_work():
        refresh_token = start_session(desk.user)[1]
    return Home(desk, author, scene, refresh_token, living_links(desk))


def living_links(desk: Desk) -> dict[str, str]:
    """The tokens of three links of `other_user`, by the operation that they are for."""
    purposes = {
        "acceptInvitation": LinkPurpose.INVITATION,
        "resetPassword": LinkPurpose.RESET,
        "confirmAddress": LinkPurpose.CONFIRMATION,
    }
    with context.tenant(desk.ref), unit_of_work():
        ends = now() + timedelta(days=1)
        return {
            operation: token_of(
                AccountLink.objects.create(person=desk.other_user, purpose=purpose.value, expires_at=ends)
            )
            for operation, purpose in purposes.items()
        }


def merge_other(desk: Desk, scene: Scene) -> UUID:
    """The other ticket, which was merged into the first."""
    with context.tenant(desk.ref), unit_of_work():
        return merge_ticket(desk.agent, scene.other_id, into_id=scene.ticket_id).id


def add_invited(desk: Desk, email: str = "invited@new.example") -> Person:
    """Somebody who has not accepted yet."""
    with context.tenant(desk.ref), unit_of_work():
        return Person.objects.create(email=email, first_name="Invited", role=Role.REQUESTER.value)


def make_platform_admin(email: str = "root@platform.example") -> PlatformAdmin:
    with context.platform(), transaction.atomic():
        return PlatformAdmin.objects.create(
            email=email, first_name="Root", last_name="Platform", password_hash=hash_password(PASSWORD)
        )


def platform_token(admin: PlatformAdmin) -> str:
    session_id, _ = platform_sessions.start(admin)
    return issue_token(Bearer(admin.id, admin.email, Role.PLATFORM_ADMIN, None), session_id=session_id)[0]


def fingerprint(tenant: TenantRef) -> dict[str, str]:
    """A digest of each table of the tenant's schema, of its numbers, and of its rows in `public`."""
    schema = tenant.schema_name
    with context.platform(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [schema])
        asked = {name: f"{schema}.{name}" for (name,) in cursor.fetchall()}
        asked |= {
            "numbers": f"(SELECT last_value FROM {schema}.ticket_number_seq)",
            "public.tenant": f"(SELECT * FROM public.tenant WHERE id = '{tenant.id}')",
            "public.domain": f"(SELECT * FROM public.domain WHERE tenant_id = '{tenant.id}')",
            "public.directory": f"(SELECT * FROM public.sign_in_directory WHERE tenant_id = '{tenant.id}')",
        }
        digests = [
            f"SELECT '{name}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {rows} t"
            for name, rows in asked.items()
        ]
        cursor.execute(" UNION ALL ".join(digests))
        return dict(cursor.fetchall())
