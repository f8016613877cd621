"""Tokens say what they were made of, to their own desk alone, and nothing to anybody who changes them."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.mail.tokens import (
    ReplyTo,
    Unsubscription,
    message_id_of,
    read_message_id,
    read_reply_token,
    read_unsubscribe_token,
    reply_token,
    tenant_hint,
    thread_id_of,
    unsubscribe_token,
)
from helpdesk.vocabulary import MailKind

KEY = bytes(range(32))
TENANT, OTHER, PERSON = (UUID(f"01890a5d-ac96-774b-bcce-b302099a805{digit}") for digit in "789")


class TestAReplyToken:
    @given(number=st.integers(1, 2**48 - 1), person=st.uuids(), tenant=st.uuids())
    def test_comes_back_as_it_was_made_in_any_case(self, number: int, person: UUID, tenant: UUID) -> None:
        token = reply_token(ticket_number=number, person_id=person, tenant_id=tenant, key=KEY)
        assert len(f"reply+{token}") <= 64
        for written in (token, token.upper()):
            assert read_reply_token(written, tenant_id=tenant, key=KEY) == ReplyTo(number, person)
            assert tenant_hint(written) == tenant.bytes[-4:]

    def test_is_worth_nothing_at_another_desk(self) -> None:
        token = reply_token(ticket_number=12, person_id=PERSON, tenant_id=TENANT, key=KEY)
        assert read_reply_token(token, tenant_id=OTHER, key=KEY) is None

    def test_is_worth_nothing_under_another_key(self) -> None:
        token = reply_token(ticket_number=12, person_id=PERSON, tenant_id=TENANT, key=KEY)
        assert read_reply_token(token, tenant_id=TENANT, key=bytes(32)) is None

    def test_is_worth_nothing_with_one_character_changed(self) -> None:
        token = reply_token(ticket_number=12, person_id=PERSON, tenant_id=TENANT, key=KEY)
        for place, character in enumerate(token):
            other = "a" if character != "a" else "b"
            changed = token[:place] + other + token[place + 1 :]
            assert read_reply_token(changed, tenant_id=TENANT, key=KEY) is None

    @pytest.mark.parametrize("token", ["", "a", "1", "ü", "a" * 58, "=" * 58, "a" * 5000, "\0", "reply"])
    def test_that_is_none_is_read_as_none(self, token: str) -> None:
        assert read_reply_token(token, tenant_id=TENANT, key=KEY) is None
        tenant_hint(token)

    def test_refuses_a_number_that_would_make_it_too_long(self) -> None:
        with pytest.raises(ValueError, match="below"):
            reply_token(ticket_number=2**48, person_id=PERSON, tenant_id=TENANT, key=KEY)


class TestAnUnsubscribeToken:
    @pytest.mark.parametrize("kind", list(MailKind))
    def test_comes_back_as_it_was_made(self, kind: MailKind) -> None:
        asked = Unsubscription(TENANT, PERSON, kind)
        assert read_unsubscribe_token(unsubscribe_token(asked, key=KEY), key=KEY) == asked

    def test_is_worth_nothing_with_one_character_changed(self) -> None:
        token = unsubscribe_token(Unsubscription(TENANT, PERSON, MailKind.MENTIONED), key=KEY)
        for place, character in enumerate(token):
            other = "a" if character != "a" else "b"
            assert read_unsubscribe_token(token[:place] + other + token[place + 1 :], key=KEY) is None

    def test_is_not_a_reply_token(self) -> None:
        token = reply_token(ticket_number=12, person_id=PERSON, tenant_id=TENANT, key=KEY)
        assert read_unsubscribe_token(token, key=KEY) is None


class TestAMessageId:
    def test_names_mail_and_tenant(self) -> None:
        made = message_id_of(PERSON, tenant_id=TENANT, domain="example.com")
        assert made.startswith("<")
        assert made.endswith("@example.com>")
        assert read_message_id(made) == read_message_id(made.strip("<>")) == (PERSON, TENANT)

    @pytest.mark.parametrize("other", ["", "<x@y>", "<a.b@c>", thread_id_of(PERSON, tenant_id=TENANT, domain="y")])
    def test_of_somebody_else_names_nothing(self, other: str) -> None:
        assert read_message_id(other) is None
