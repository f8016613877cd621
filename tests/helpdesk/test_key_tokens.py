"""The text of an API key, and the table's scopes: what is recognised without a database."""

from __future__ import annotations

import base64
from uuid import uuid4

import pytest

from helpdesk.people.credentials import read_bearer, read_credentials
from helpdesk.people.key_tokens import PREFIX, digest, new_key_token, read_key_token
from helpdesk.permissions import IN_PERSON, OPERATIONS, scopes_for, scopes_of
from helpdesk.sealing import derived_keys
from helpdesk.vocabulary import Role

OURS, OLDER = b"o" * 32, b"p" * 32


class TestAKeysText:
    def test_names_its_tenant_and_itself(self) -> None:
        tenant_id, key_id = uuid4(), uuid4()
        token = new_key_token(tenant_id, key_id, key=OLDER)
        found = read_key_token(token, keys=[OURS, OLDER])
        assert found is not None
        assert (found.tenant_id, found.key_id, found.sha256) == (tenant_id, key_id, digest(token))

    def test_is_never_the_same(self) -> None:
        ids = uuid4(), uuid4()
        assert new_key_token(*ids, key=OURS) != new_key_token(*ids, key=OURS)

    def test_is_nothing_where_anything_was_changed(self) -> None:
        token = new_key_token(uuid4(), uuid4(), key=OURS)
        assert read_key_token(token, keys=[OLDER]) is None
        letters = "ABab01-_"
        for place in range(len(PREFIX), len(token)):
            other = next(letter for letter in letters if letter != token[place])
            assert read_key_token(token[:place] + other + token[place + 1 :], keys=[OURS]) is None, place

    @pytest.mark.parametrize(
        "token",
        ["", "hk_", "hk_x", "hk_" + "A" * 86, "hk_" + "=" * 86, "hk_" + "ü" * 86, "x" * 20_000, "hk_" + "a" * 87],
    )
    def test_is_nothing_where_it_never_was_one(self, token: str) -> None:
        assert read_key_token(token, keys=[OURS]) is None
        assert read_bearer(token) is None

    def test_becomes_claims_that_name_the_key_and_nobody(self) -> None:
        tenant_id, key_id = uuid4(), uuid4()
        token = new_key_token(tenant_id, key_id, key=derived_keys("api key")[0])
        claims = read_credentials({"Authorization": f"Bearer {token}"}).claims
        assert claims is not None
        assert (claims.tenant_id, claims.key_id, claims.person_id, claims.session_id) == (tenant_id, key_id, None, None)
        assert base64.b64encode(claims.key_sha256).decode() not in token


class TestTheTablesScopes:
    def test_a_role_holds_what_its_operations_ask_for(self) -> None:
        assert {"tickets:read:own", "tickets:write:own"} <= set(scopes_of(Role.REQUESTER))
        assert {"tickets:read:any", "tickets:write:any", "webhooks:write:any"} <= set(scopes_of(Role.AGENT))
        assert "tickets:delete:any" in scopes_of(Role.ADMIN)
        assert "tickets:delete:any" not in scopes_of(Role.AGENT)
        assert {scope.split(":")[0] for scope in scopes_of(Role.PLATFORM_ADMIN)} == {"tenants", "settings"}
        for role in Role:
            assert not any(scope.endswith(":any") for scope in scopes_of(role)) or role is not Role.REQUESTER

    def test_an_operation_names_what_opens_it(self) -> None:
        assert scopes_for("listTickets") == ("tickets:read:any", "tickets:read:own")
        assert scopes_for("deleteTicket") == ("tickets:delete:any",)
        assert scopes_for("login") == scopes_for("getMe") == scopes_for("changePassword") == ()
        assert OPERATIONS["changePassword"].scope == IN_PERSON
