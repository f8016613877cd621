"""Keys are exchanged while everything runs: what was signed and sealed before is still good, and ends with its key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import connection, transaction

from helpdesk.mail.composing import unsubscribe_key
from helpdesk.mail.tokens import Unsubscription, unsubscribe_token
from helpdesk.sealing import is_sealed_anew, seal, unseal
from helpdesk.vocabulary import MailKind
from helpdesk.webhooks.actions.endpoints import reseal_secrets
from helpdesk.webhooks.models import Webhook
from tasks.management.commands import rotate_keys
from tenants import context
from tenants.models import Tenant
from tests.api import Api
from tests.conftest import Desk, token_for
from tests.keeping.scene import SECRET, command

OLD, NEW = "the-secret-key-of-last-year-0123456789", "the-secret-key-of-this-year-9876543210"


@pytest.fixture
def desk(own_desk: Callable[..., Desk], settings: Any) -> Iterator[Desk]:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS, settings.HUB_ENCRYPTION_KEYS = OLD, [], ()
    yield own_desk()
    connection.close()


class TestTheSecretKey:
    @pytest.fixture
    def desk(self, api: Api, acme: Desk, settings: Any) -> Desk:
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS, settings.HUB_ENCRYPTION_KEYS = OLD, [], ()
        return acme

    def test_signs_nobody_out_when_it_changes(self, desk: Desk, settings: Any) -> None:
        before = Api().as_token(token_for(desk, desk.agent))
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
        assert before.get("/auth/me").status == 200
        after = token_for(desk, desk.agent)
        assert Api().as_token(after).get("/auth/me").status == 200
        settings.SECRET_KEY_FALLBACKS = []
        assert before.get("/auth/me").status == 401
        assert Api().as_token(after).get("/auth/me").status == 200

    def test_lets_refresh_tokens_live_whatever_it_is(self, desk: Desk, settings: Any) -> None:
        signed_in = Api().post("/auth/login", {"email": desk.user.email, "password": "test-password"})
        settings.SECRET_KEY = NEW
        assert Api().as_token(signed_in["accessToken"]).get("/auth/me").status == 401
        refreshed = Api().post("/auth/refresh", {"refreshToken": signed_in["refreshToken"]})
        assert refreshed.status == 200, refreshed

    def test_keeps_the_links_that_end_mails(self, desk: Desk, settings: Any, client: Any) -> None:
        asked = Unsubscription(desk.ref.id, desk.user.id, MailKind.STATUS_CHANGED)
        token = unsubscribe_token(asked, key=unsubscribe_key())
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
        assert (
            client.get(f"/mail/unsubscribe/{token}", headers={"host": f"{desk.ref.slug}.localhost"}).status_code == 200
        )
        settings.SECRET_KEY_FALLBACKS = []
        assert (
            client.get(f"/mail/unsubscribe/{token}", headers={"host": f"{desk.ref.slug}.localhost"}).status_code != 200
        )

    def test_that_is_none_of_ours_signs_nothing(self, desk: Desk, settings: Any) -> None:
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "somebody-elses-key-0123456789-0123456789", []
        foreign = Api().as_token(token_for(desk, desk.agent))
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
        assert foreign.get("/auth/me").status == 401


class TestRotatingKeys:
    def secrets(self, desk: Desk) -> list[bytes]:
        with context.tenant(desk.ref), transaction.atomic():
            return [bytes(one) for one in Webhook.objects.order_by("id").values_list("sealed_secret", flat=True)]

    def test_seals_everything_anew_and_the_old_key_can_go(
        self, desk: Desk, filled: dict[str, Any], settings: Any
    ) -> None:
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
        assert not is_sealed_anew(self.secrets(desk)[0])
        assert unseal(self.secrets(desk)[0]) == SECRET
        told = command("rotate_keys")
        assert "API keys live" in told
        assert is_sealed_anew(self.secrets(desk)[0])
        settings.SECRET_KEY_FALLBACKS = []
        assert unseal(self.secrets(desk)[0]) == SECRET

    def test_goes_on_where_it_was_stopped(self, desk: Desk, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        with context.tenant(desk.ref), transaction.atomic():
            for number in range(5):
                Webhook.objects.create(
                    url=f"https://receiver.example/{number}", events=["*"], sealed_secret=seal(SECRET), cursor_seq=0
                )
        monkeypatch.setattr(rotate_keys, "AT_ONCE", 2)
        settings.HUB_ENCRYPTION_KEYS = (NEW, OLD)
        seen: list[Any] = []

        def stopped_after_two(**given: Any) -> Any:
            if seen:
                raise KeyboardInterrupt
            seen.append(given)
            return reseal_secrets(**given)

        with monkeypatch.context() as patch:
            patch.setattr(rotate_keys, "reseal_secrets", stopped_after_two)
            patch.setattr(Tenant.objects, "order_by", lambda *_: Tenant.objects.filter(id=desk.ref.id))
            with pytest.raises(CommandError, match="Run it again"):
                command("rotate_keys")
        done = self.secrets(desk)
        assert [is_sealed_anew(one) for one in done] == [True, True, False, False, False]
        assert "3 secrets sealed anew" in command("rotate_keys")
        assert self.secrets(desk)[:2] == done[:2]

    def test_leaves_api_keys_good_while_the_old_key_is_known(
        self, desk: Desk, filled: dict[str, Any], settings: Any
    ) -> None:
        caller = Api().as_token(filled["key"])
        settings.HUB_ENCRYPTION_KEYS = (NEW, OLD)
        assert caller.get("/tickets").status == 200
        settings.HUB_ENCRYPTION_KEYS = (NEW,)
        assert caller.get("/tickets").status == 401
