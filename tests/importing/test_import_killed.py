"""An import is killed in the middle, and run again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from config.embedded.home import ROOT
from helpdesk.comments.models import Comment
from helpdesk.events.models import Event
from helpdesk.people.models import Person
from helpdesk.tickets.models import Ticket
from tenants import context
from tenants.models import Tenant
from tests.api import Api
from tests.helpdesk.log import require_whole
from tests.importing.conftest import drop_imported
from tests.importing.original import PASSWORD, Original, fill_many, original_database

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("looking")]
TICKETS = 420


@pytest.fixture
def original(django_db_setup: None, looking: None) -> Iterator[Original]:
    with original_database() as found:
        fill_many(found, f"many-{uuid4().hex[:8]}", tickets=TICKETS)
        yield found
        drop_imported(found)


def start(original: Original) -> subprocess.Popen[bytes]:
    known = connection.settings_dict
    hub = f"postgresql://{known['USER']}:{known['PASSWORD']}@{known['HOST']}:{known['PORT']}/{known['NAME']}"
    variables = {
        "DATABASE_URL": hub,
        "ORIGINAL_DATABASE_URL": original.url,
        "HUB_SECRET_KEY": settings.SECRET_KEY,
        "REDIS_URL": settings.REDIS_URL,
    }
    command = [sys.executable, "manage.py", "import_original"]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | variables, stdout=subprocess.DEVNULL)


def ref_of(original: Original) -> context.TenantRef | None:
    tenant_id = UUID(original.all('SELECT id FROM "Tenant"')[0][0])
    with context.platform(), transaction.atomic():
        tenant: Tenant | None = Tenant.objects.filter(id=tenant_id).first()
    return tenant.ref() if tenant else None


def counts(ref: context.TenantRef) -> dict[str, int]:
    with context.tenant(ref), transaction.atomic():
        return {model.__name__: model._default_manager.count() for model in (Person, Ticket, Comment, Event)}


def shape(ref: context.TenantRef) -> Any:
    """What is here, but for when and in which order it was written; that the desk was opened is each run's own."""
    with context.tenant(ref), transaction.atomic():
        events = Event.objects.exclude(type="desk.resumed").order_by("id")
        return (
            list(Person.objects.order_by("id").values()),
            list(Ticket.objects.order_by("id").values()),
            list(Comment.objects.order_by("id").values()),
            list(events.values("id", "type", "actor", "ticket", "payload")),
        )


def test_a_killed_import_is_finished_by_another(original: Original) -> None:
    process = start(original)
    deadline = time.monotonic() + 60
    while not ((ref := ref_of(original)) and counts(ref)["Ticket"]):
        assert process.poll() is None, "it ended before it was killed"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.kill()
    process.wait()
    (slug,) = original.all('SELECT slug FROM "Tenant"')[0]
    login = {"email": f"user1@{slug}.example", "password": PASSWORD, "tenantSlug": slug}
    assert 0 < counts(ref)["Ticket"] < TICKETS
    require_whole(ref)
    assert Api().post("/auth/login", login).status == 403

    call_command("import_original", original.url, stdout=StringIO())
    assert counts(ref) == {"Person": 50, "Ticket": TICKETS, "Comment": TICKETS * 3, "Event": counts(ref)["Event"]}
    require_whole(ref)
    assert Api().post("/auth/login", login).status == 200
    finished = shape(ref)

    drop_imported(original)
    call_command("import_original", original.url, stdout=StringIO())
    assert shape(ref) == finished


def test_only_one_import_runs_at_a_time(original: Original) -> None:
    from django.core.management import CommandError

    process = start(original)
    try:
        deadline = time.monotonic() + 60
        while ref_of(original) is None:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        with pytest.raises(CommandError, match="Another import is running"):
            call_command("import_original", original.url, stdout=StringIO())
    finally:
        process.kill()
        process.wait()
