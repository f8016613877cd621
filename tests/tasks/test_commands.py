"""What somebody sees at three in the morning, and does about it."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from helpdesk.clock import now
from helpdesk.dispatch.models import DeadLetter
from helpdesk.tickets.actions import create_ticket
from helpdesk.wakeups import note_progress, wake
from helpdesk.webhooks.actions.endpoints import create_webhook
from helpdesk.webhooks.models import Webhook
from helpdesk.work import unit_of_work
from tasks.wakeups import get_due, wake_due
from tests.api import Api
from tests.conftest import Desk


def said(*command: str, **options: Any) -> str:
    out = StringIO()
    call_command(*command, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def webhook(desk: Desk) -> Webhook:
    with unit_of_work():
        made, _ = create_webhook(
            desk.admin, fields={"url": "https://erp.example/token-in-the-path", "events": ["*"]}, secret="my-own-secret"
        )
    return made


def test_hub_status_tells_lag_mail_and_every_endpoint(desk: Desk, webhook: Webhook) -> None:
    with unit_of_work():
        create_ticket(desk.user, fields={"title": "One"})
    Webhook.objects.update(failing_since=now())
    told = said("hub_status")
    assert "not handled yet" in told
    assert "mail: " in told
    assert "webhook https://erp.example: active, failing for 0.0 h, 0 deliveries wait, " in told
    assert "token-in-the-path" not in told


def test_health_tells_of_failing_webhooks_without_being_degraded_by_them(api: Api, desk: Desk) -> None:
    with unit_of_work():
        wake("failing_webhooks", now())
    check = api.get("/health/ready")["checks"]["webhooks"]
    assert check == {"status": "ok", "message": "webhooks of 1 tenants are failing: hub_status names them"}


def test_dead_letters_are_listed(desk: Desk) -> None:
    DeadLetter.objects.create(reader="mail", seq=1, error="ValueError: what is this")
    assert "acme seq 1 mail: ValueError: what is this" in said("dead_letters", slug="acme")
    with pytest.raises(CommandError):
        said("dead_letters", slug="nobody")


def test_reseal_secrets_says_what_it_cannot_read(desk: Desk, webhook: Webhook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "HUB_ENCRYPTION_KEYS", ("n" * 40, settings.SECRET_KEY))
    assert "1 secrets sealed anew" in said("rotate_keys")
    assert "0 secrets sealed anew" in said("reseal_secrets")
    monkeypatch.setattr(settings, "HUB_ENCRYPTION_KEYS", ("another" * 8,))
    with pytest.raises(CommandError, match="acme"):
        said("rotate_keys")


def test_what_waits_is_late_although_somebody_was_sent_to_look(desk: Desk) -> None:
    begun = now() - timedelta(hours=3)
    with unit_of_work():
        wake("webhooks", begun)
    assert wake_due() >= 1
    assert get_due().oldest == begun
    with unit_of_work():
        note_progress("webhooks")
    oldest = get_due().oldest
    assert oldest is None or oldest > begun
