"""Where webhooks may go, how they are signed, when they are tried again."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any
from uuid import uuid4

import orjson
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook as Verifier

from helpdesk.events.rules import Audience
from helpdesk.vocabulary import Floor, Role
from helpdesk.webhooks import rules, signing
from helpdesk.webhooks.addresses import BadUrl, literal_address, may_connect, read_url, require_outside

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


class TestAnAddressInside:
    @pytest.mark.parametrize(
        "url",
        [
            "http://127.0.0.1/",
            "http://127.0.0.1.:80/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0x7f.0.0.1/",
            "http://0177.0.0.1/",
            "http://017700000001/",
            "http://127.1/",
            "http://0/",
            "http://[::]/",
            "http://[::1]/",
            "http://[::127.0.0.1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:a9fe:a9fe]/",
            "http://[64:ff9b::10.0.0.1]/",
            "http://[64:ff9b:1::1]/",
            "http://[2002:7f00:1::]/",
            "http://[fe80::1]/",
            "http://[fe80::1%25eth0]/",
            "http://[fc00::1]/",
            "http://[fd00:ec2::254]/",
            "http://[fec0::1]/",
            "http://[ff02::1]/",
            "http://10.1.2.3/",
            "http://172.16.0.1/",
            "http://192.168.1.1/",
            "http://192.0.0.192/",
            "http://168.63.129.16/",
            "http://198.18.0.1/",
            "http://100.100.100.200/",
            "http://169.254.169.254/latest/meta-data/",
            "http://224.0.0.1/",
            "http://240.0.0.1/",
            "http://255.255.255.255/",
            "http://localhost/",
            "http://LOCALHOST.:8000/",
            "http://inner.localhost/",
            "http://\uff11\uff12\uff17.0.0.1/",
            "http://\u2460\u2461\u2466.0.0.1/",
        ],
    )
    def test_is_refused_in_every_notation(self, url: str) -> None:
        with pytest.raises(BadUrl) as refused:
            require_outside(read_url(url))
        assert refused.value.code == "address_refused"

    def test_is_let_in_where_the_operator_says_so(self) -> None:
        allowed = [ip_network("127.0.0.0/8"), ip_network("fd00:1::/32")]
        for url in ("http://127.0.0.1:9/", "http://[::ffff:127.0.0.1]/", "http://[fd00:1::5]/", "http://localhost/"):
            require_outside(read_url(url), allowed)
        with pytest.raises(BadUrl):
            require_outside(read_url("http://10.0.0.1/"), allowed)

    @given(st.ip_addresses())
    def test_is_never_taken_for_a_name(self, address: Any) -> None:
        assert literal_address(str(address)) == address

    @given(st.ip_addresses(v=4, network="10.0.0.0/8"), st.sampled_from(["{}", "0x{:x}", "0{:o}"]))
    def test_is_seen_through_as_a_number(self, address: Any, notation: str) -> None:
        target = read_url(f"http://{notation.format(int(address))}/")
        found = literal_address(target.host)
        assert found == address
        assert not may_connect(found)

    @given(st.ip_addresses(v=4))
    def test_is_judged_alike_mapped_into_ipv6(self, address: Any) -> None:
        assert may_connect(ip_address(f"::ffff:{address}")) == may_connect(address)


class TestAUrl:
    @pytest.mark.parametrize(
        ("url", "code"),
        [
            ("ftp://example.com/", "url_scheme"),
            ("javascript:alert(1)", "url_scheme"),
            ("file:///etc/passwd", "url_scheme"),
            ("//example.com/", "url_scheme"),
            ("example.com", "url_scheme"),
            ("http:///path", "url_syntax"),
            ("http://", "url_syntax"),
            ("http://exa mple.com/", "url_syntax"),
            ("http://example.com\\@127.0.0.1/", "url_syntax"),
            ("http://example.com/\r\nX-Evil: 1", "url_syntax"),
            ("http://example.com:0/", "url_syntax"),
            ("http://example.com:99999/", "url_syntax"),
            ("http://example.com:x/", "url_syntax"),
            ("http://-example.com/", "url_syntax"),
            ("http://a..b/", "url_syntax"),
            ("http://[::1/", "url_syntax"),
            ("http://[v1.a]/", "url_syntax"),
            ("http://[fe80::zz]/", "url_syntax"),
            ("http://" + "a" * 64 + ".example/", "url_syntax"),
            ("http://example.com/#fragment", "url_syntax"),
            ("http://user:password@example.com/", "url_credentials"),
            ("http://example.com@127.0.0.1/", "url_credentials"),
            ("http://example.com/" + "a" * 2000, "url_syntax"),
        ],
    )
    def test_is_refused_with_a_reason(self, url: str, code: str) -> None:
        with pytest.raises(BadUrl) as refused:
            read_url(url)
        assert refused.value.code == code
        assert "password" not in str(refused.value).replace("name and password", "")

    def test_is_read_once_for_all(self) -> None:
        target = read_url("https://M\u00fcnchen.example:8443/\u00fc/%20?q=\u00df&r=[1]")
        assert (target.host, target.port) == ("xn--mnchen-3ya.example", 8443)
        assert target.path == "/%C3%BC/%20?q=%C3%9F&r=%5B1%5D"
        assert target.authority == "xn--mnchen-3ya.example:8443"
        assert read_url("http://[2001:4860:4860::8888]/").authority == "[2001:4860:4860::8888]"


class TestASignature:
    def test_is_what_the_libraries_of_standard_webhooks_verify(self) -> None:
        secret, body = signing.new_secret(), '{"a":"\u00fc"}'.encode()
        moment = int(datetime.now(UTC).timestamp())
        headers = signing.headers_for([secret], id_="m1", timestamp=moment, body=body)
        assert Verifier(secret).verify(body, headers) == {"a": "\u00fc"}

    def test_of_both_secrets_stands_there_during_a_rotation(self) -> None:
        new, old = signing.new_secret(), "my-own-old-secret"
        headers = signing.headers_for([new, old], id_="m1", timestamp=int(datetime.now(UTC).timestamp()), body=b"{}")
        for secret in (new, signing.as_standard(old.encode())):
            Verifier(secret).verify(b"{}", headers)
        assert headers["X-Webhook-Signature-Previous"] == signing.original_signature(old, b"{}")

    def test_of_the_original_service_is_the_hex_of_the_secret_as_written(self) -> None:
        headers = signing.headers_for(["my-own-secret"], id_="m", timestamp=1, body=b"body")
        assert headers["X-Webhook-Signature"] == hmac.new(b"my-own-secret", b"body", hashlib.sha256).hexdigest()

    @pytest.mark.parametrize(
        "secret", ["short", "x" * 257, "whsec_!!!", "whsec_" + base64.b64encode(b"1234567").decode()]
    )
    def test_needs_a_secret_that_is_one(self, secret: str) -> None:
        assert not signing.is_usable(secret)


NAMES = st.text(st.characters(exclude_categories=["Cs"])).filter(lambda name: not name.isdigit())
"""Without array indexes, which ECMAScript puts first: a test of their own tells that."""


class TestTheBody:
    @given(
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers(-(2**53) + 1, 2**53 - 1)
            | st.floats(allow_nan=False, allow_infinity=False)
            | st.text(st.characters(exclude_categories=["Cs"])),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
            max_leaves=8,
        )
    )
    def test_is_the_logs_text_as_ecmascript_writes_it(self, value: Any) -> None:
        payload = rfc8785.dumps({"actor": None, "data": {"value": value}}).decode()
        body = rules.body_of(type_="ticket.created", timestamp="t", seq=1, epoch="e", payload=payload)
        read = orjson.loads(body)
        assert list(read) == ["type", "timestamp", "seq", "epoch", "actor", "data"]
        assert body.endswith(payload[1:].encode())

    def test_puts_array_indexes_first_as_ecmascript_does(self) -> None:
        data = {"10": 1, "9": 2.5, "#a": 1e21, "01": None, "4294967295": "\u00fc", "in": [{"2": 0, "1": True}]}
        payload = rfc8785.dumps({"actor": None, "data": data}).decode()
        body = rules.body_of(type_="t", timestamp="t", seq=1, epoch="e", payload=payload).decode()
        inner = '"in":[{"1":true,"2":0}]'
        assert body.endswith(f'"data":{{"9":2.5,"10":1,"#a":1e+21,"01":null,"4294967295":"\u00fc",{inner}}}}}')

    def test_of_a_redacted_event_says_so_and_nothing_else(self) -> None:
        body = rules.body_of(type_="comment.added", timestamp="t", seq=1, epoch="e", payload='{"redacted":true}')
        assert orjson.loads(body)["data"] == {"redacted": True}


class TestWhichEvents:
    def test_a_parent_picks_its_children(self) -> None:
        assert rules.selects(["ticket.updated"], "ticket.closed")
        assert not rules.selects(["ticket.closed"], "ticket.updated")
        assert rules.selects(["TICKET_UPDATED"], "ticket.assigned")
        assert rules.selects(["*"], "comment.deleted")

    def test_a_note_only_where_an_admin_said_so_also_when_it_is_redacted(self) -> None:
        note, reply = Audience(Floor.AGENT), Audience(Floor.AGENT, (uuid4(),))
        for type_ in ("comment.added", "comment.updated", "comment.deleted", "attachment.added", "attachment.deleted"):
            assert not rules.may_receive(type_, note, include_internal=False)
            assert rules.may_receive(type_, note, include_internal=True)
            assert rules.may_receive(type_, reply, include_internal=False)

    @pytest.mark.parametrize(
        "type_", ["notification.created", "ticket.removed", "user.created", "webhook.updated", "desk.updated"]
    )
    def test_never_what_concerns_people_or_the_administration(self, type_: str) -> None:
        for floor in Floor:
            assert not rules.may_receive(type_, Audience(floor, (uuid4(),)), include_internal=True)


class TestAnotherTry:
    def outcome(self, **given: Any) -> rules.Outcome:
        defaults: dict[str, Any] = {
            "ok": False,
            "status": 500,
            "tries": 1,
            "most_tries": 10,
            "moment": NOW,
            "rest": None,
            "jitter": 0,
        }
        return rules.outcome_of(**(defaults | given))

    def test_comes_later_and_later_and_then_no_more(self) -> None:
        waits = [self.outcome(tries=tries).due_at for tries in range(1, 10)]
        assert [int((at - NOW).total_seconds()) for at in waits if at] == [
            5,
            300,
            1800,
            7200,
            18_000,
            36_000,
            50_400,
            72_000,
            86_400,
        ]
        assert self.outcome(tries=10).verdict == "given_up"

    @given(st.floats(-1, 1))
    def test_is_spread_by_a_fifth(self, jitter: float) -> None:
        at = self.outcome(tries=2, jitter=jitter).due_at
        assert at
        assert 240 <= (at - NOW).total_seconds() <= 360

    def test_waits_as_long_as_the_receiver_asks_but_a_day_at_most(self) -> None:
        patient = self.outcome(status=429, rest=timedelta(seconds=60))
        assert patient.due_at == patient.hold_until == NOW + timedelta(seconds=60)
        year = self.outcome(status=503, rest=timedelta(days=365))
        assert year.due_at == year.hold_until == NOW + timedelta(days=1)
        assert self.outcome(status=500, rest=timedelta(days=1)).hold_until is None

    @pytest.mark.parametrize(
        ("value", "seconds"),
        [
            ("10", 10),
            ("31536000", 86_400),
            ("9" * 400, 86_400),
            ("Sat, 31 Jan 2026 12:01:00 GMT", 60),
            ("-5", None),
            ("soon", None),
            ("", None),
            (None, None),
            ("Fri, 30 Jan 2026 12:00:00 GMT", 0),
            ("Fri, 99 Xxx", None),
            ("Wed, 21 Oct 2015 07:28:00 +99999999999999", None),
        ],
    )
    def test_reads_retry_after(self, value: str | None, seconds: int | None) -> None:
        rest = rules.retry_after_of(value, moment=NOW)
        assert (rest and min(rest, rules.LONGEST_WAIT)) == (None if seconds is None else timedelta(seconds=seconds))

    def test_ends_with_410_and_a_ping_after_one(self) -> None:
        assert self.outcome(status=410).gone
        assert self.outcome(tries=1, most_tries=rules.most_tries_of(rules.PING)).verdict == "given_up"


@given(st.text(max_size=60))
def test_any_retry_after_is_read_or_passed_over(value: str) -> None:
    rest = rules.retry_after_of(value, moment=NOW)
    assert rest is None or rest >= timedelta(0)


class TestWhoMayChangeWhat:
    def test_only_an_admin_sends_notes_out(self) -> None:
        assert rules.forbidden_fields(Role.AGENT, {"includeInternal": 1}, internal_now=False) == ["includeInternal"]
        assert rules.forbidden_fields(Role.AGENT, {"url": 1, "description": 1}, internal_now=True) == ["url"]
        assert rules.forbidden_fields(Role.AGENT, {"url": 1}, internal_now=False) == []
        assert rules.forbidden_fields(Role.ADMIN, {"includeInternal": 1, "url": 1}, internal_now=True) == []
