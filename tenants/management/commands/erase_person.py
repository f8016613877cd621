"""Erase one person of a tenant, out of the log too."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from helpdesk.comments.models import Comment
from helpdesk.erasing.actions.log import erase_from_log
from helpdesk.erasing.actions.people import erase_person
from helpdesk.people.models import Person
from helpdesk.people.queries import get_person_by_email
from helpdesk.work import unit_of_work
from tenants import context
from tenants.keeping.records import note_record, whoever_runs_this
from tenants.keeping.running import stoppable, tenant_named
from tenants.management.commands.erase_tenant import confirm
from tenants.migrating.progress import Progress


class Command(BaseCommand):
    """`erase_person SLUG EMAIL`. Asks for the address again, or takes it from --confirm. May be stopped."""

    help = "Erase a person: their rows, their texts, and what the log says of them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG")
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--confirm", metavar="EMAIL", default="", help="the address again, instead of being asked")
        parser.add_argument("--texts", choices=("erase", "keep"), default="erase", help="what they wrote (erase)")
        parser.add_argument("--tickets", choices=("keep", "erase"), default="keep", help="those that are theirs (keep)")

    def handle(self, *args: Any, **options: Any) -> None:
        ref = tenant_named(options["slug"])
        with context.tenant(ref), transaction.atomic():
            person = get_person_by_email(options["email"])
        if person is None:
            self._go_on(ref)
            raise CommandError(f"Nobody in {ref.slug} has the address {options['email']}.")
        email, name = person.email, person.name
        given = confirm(options["confirm"], f"Erase {name} <{email}> of {ref.slug} for good? The address again: ")
        with stoppable("Run it again, or leave the rest to the workers."):
            self._erase(ref, person, given, options)
            self._go_on(ref)
        self.stdout.write(f"{email} is erased from {ref.slug}.")
        if count := self._mentions(ref, email, name):
            self.stdout.write(f"{count} comments of others still name them: look for the name in the search.")

    def _erase(self, ref: context.TenantRef, person: Person, given: str, options: dict[str, Any]) -> None:
        with context.tenant(ref), unit_of_work():
            erase_person(None, person.id, confirm=given, texts=options["texts"], tickets=options["tickets"])
            note_record("person_erased", tenant_id=ref.id, slug=ref.slug, by=whoever_runs_this(), person=str(person.id))

    def _go_on(self, ref: context.TenantRef) -> None:
        """The log, to its end: of whoever was erased and is still in it."""
        progress: Progress | None = None
        done = 0
        while True:
            with context.tenant(ref), unit_of_work():
                stretch = erase_from_log()
            if stretch is None:
                break
            progress = progress or Progress(self.stdout, stretch.last_seq)
            progress.step(many=max(0, stretch.done_seq - done))
            done = stretch.done_seq
        if progress:
            progress.end()

    def _mentions(self, ref: context.TenantRef, email: str, name: str) -> int:
        with context.tenant(ref), transaction.atomic():
            named = Comment.objects.filter(content__icontains=email)
            return int((named | Comment.objects.filter(content__icontains=name) if name else named).count())
