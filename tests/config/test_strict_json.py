"""Strict JSON: any value of the contract round-trips, everything else is refused in one of two ways."""

from __future__ import annotations

import json
import time
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.errors import BadRequest, HelpdeskError, ValidationFailed
from helpdesk.strict_json import DEEPEST, LARGEST_NUMBER, LONGEST_SHOWN_FIELD, StrictParser, parse_json


def refusal(body: bytes) -> HelpdeskError:
    with pytest.raises(HelpdeskError) as caught:
        parse_json(body)
    return caught.value


def code_of(body: bytes) -> str:
    return refusal(body).details[0].code


OUTCOMES = {
    (None, "taken"),
    (BadRequest, "malformed"),
    (BadRequest, "too_deep"),
    (ValidationFailed, "nul"),
    (ValidationFailed, "number_out_of_range"),
}


def outcome(body: bytes) -> tuple[type | None, str]:
    try:
        parse_json(body)
    except HelpdeskError as error:
        return type(error), error.details[0].code
    return None, "taken"


# A busy machine is no defect of the parser.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

fine_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
fine_number = st.integers(-LARGEST_NUMBER, LARGEST_NUMBER) | st.floats(
    -LARGEST_NUMBER, LARGEST_NUMBER, allow_nan=False, allow_infinity=False
)
fine_value = st.recursive(
    st.none() | st.booleans() | fine_number | fine_text,
    lambda inner: st.lists(inner) | st.dictionaries(fine_text, inner),
    max_leaves=20,
)
any_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


class TestWhatPasses:
    @unhurried
    @given(fine_value)
    def test_any_fine_value_comes_back_as_it_was(self, value: Any) -> None:
        assert parse_json(orjson.dumps(value)) == value

    @unhurried
    @given(fine_value)
    def test_escaped_too(self, value: Any) -> None:
        assert parse_json(json.dumps(value, ensure_ascii=True).encode()) == value

    @pytest.mark.parametrize("body", [b"[]", b"null", b'"x"', b"3", b" {} \r\n", b'"\\\\u0000"', b"-0.0", b"1e-400"])
    def test_these_do(self, body: bytes) -> None:
        assert parse_json(body) == json.loads(body)

    def test_nesting_up_to_the_limit_does(self) -> None:
        parse_json(b"[" * DEEPEST + b"1" + b"]" * DEEPEST)
        parse_json(b'{"a":' * DEEPEST + b"1" + b"}" * DEEPEST)

    @pytest.mark.parametrize("number", [LARGEST_NUMBER, -LARGEST_NUMBER])
    def test_the_largest_numbers_do(self, number: int) -> None:
        assert parse_json(b'{"n":%d}' % number) == {"n": number}

    def test_a_surrogate_pair_does(self) -> None:
        assert parse_json(b'"\\ud83d\\ude00"') == "\N{GRINNING FACE}"


class TestWhatDoesNot:
    @unhurried
    @given(st.binary())
    def test_any_bytes_are_a_value_or_a_refusal(self, body: bytes) -> None:
        assert outcome(body) in OUTCOMES

    @unhurried
    @given(any_value)
    def test_any_value_is_taken_or_refused(self, value: Any) -> None:
        assert outcome(json.dumps(value).encode()) in OUTCOMES

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b" ",
            b"{",
            b"{}x",
            b"{'a':1}",
            b'{"a":1,}',
            b"[1 2]",
            b"// c\n1",
            b"NaN",
            b"[NaN]",
            b"Infinity",
            b'{"a":-Infinity}',
            b"01",
            b"+1",
            b'"\\ud800"',
            b'"\\udc00\\ud800"',
            b'{"\\ud800":1}',
            b'"\xed\xa0\x80"',
            b'"\xff"',
            b'"\xc0\x80"',
            b"\xef\xbb\xbf{}",
            b"\xff\xfe{\0}\0",
            b'"a\x00b"',
            b'"a\nb"',
            b"\0",
            b"{}\0",
        ],
    )
    def test_what_is_not_json_is_malformed(self, body: bytes) -> None:
        error = refusal(body)
        assert type(error) is BadRequest
        assert error.details[0].code == "malformed"

    @pytest.mark.parametrize(
        "body",
        [
            b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1),
            b'{"a":' * (DEEPEST + 1) + b"1" + b"}" * (DEEPEST + 1),
            b"[" * 1024 + b"]" * 1024,
            b"[" * 100_000,
            b"[" * 100_000 + b"]" * 100_000,
            b'{"a":' * 100_000,
            b'[{"a":' * 100_000,
        ],
    )
    def test_deep_nesting_is_a_bad_request(self, body: bytes) -> None:
        error = refusal(body)
        assert type(error) is BadRequest
        assert error.details[0].code == "too_deep"

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            (b'"\\u0000"', ""),
            (b'{"title":"a\\u0000b"}', "title"),
            (b'{"metadata":{"rows":[1,{"x":"\\u0000"}]}}', "metadata.rows.1.x"),
            (b'{"metadata":{"a\\u0000":1}}', "metadata"),
            (b'{"\\u0000":1}', ""),
        ],
    )
    def test_nul_is_named_by_its_field(self, body: bytes, field: str) -> None:
        error = refusal(body)
        assert type(error) is ValidationFailed
        assert (error.details[0].field, error.details[0].code) == (field, "nul")

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            (b"9007199254740992", ""),
            (b'{"n":-9007199254740992}', "n"),
            (b'{"n":18446744073709551616}', "n"),
            (b'{"n":[0,123456789012345678901234567890]}', "n.1"),
            (b'{"n":1e300}', "n"),
            (b'{"n":-1e300}', "n"),
            (b'{"n":9007199254740993.0}', "n"),
        ],
    )
    def test_an_absurd_number_is_named_by_its_field(self, body: bytes, field: str) -> None:
        error = refusal(body)
        assert type(error) is ValidationFailed
        assert (error.details[0].field, error.details[0].code) == (field, "number_out_of_range")

    @pytest.mark.parametrize("number", [b"1e400", b"-1e999", b"9" * 400])
    def test_a_number_beyond_a_double_is_one_too(self, number: bytes) -> None:
        assert code_of(b'{"n":%s}' % number) == "number_out_of_range"

    @pytest.mark.parametrize("body", [b'{"password":"hunter2\\u0000"}', b'{"a":9007199254740999}', b'{"a":"hunter2'])
    def test_what_was_sent_is_not_repeated(self, body: bytes) -> None:
        error = refusal(body)
        told = error.message + "".join(detail.message for detail in error.details)
        assert "hunter2" not in told
        assert "9007199254740999" not in told

    def test_an_endless_field_name_is_cut(self) -> None:
        assert len(refusal(b'{"%s":1e300}' % (b"x" * 100_000)).details[0].field) == LONGEST_SHOWN_FIELD

    @pytest.mark.parametrize("member", [b"[]", b"[0]", b'{"":0}', b"0"])
    def test_a_megabyte_of_small_things_takes_no_long_time(self, member: bytes) -> None:
        count = 1024 * 1024 // (len(member) + 1) - 2
        body = b"[" + b",".join([member] * count) + b",1e300]"
        began = time.process_time()
        assert code_of(body) == "number_out_of_range"
        assert time.process_time() - began < 5


class TestParser:
    def test_reads_the_body_of_a_request(self) -> None:
        assert StrictParser().parse_body(cast("Any", SimpleNamespace(body=b'{"a":[1]}'))) == {"a": [1]}

    def test_an_empty_body_is_malformed(self) -> None:
        with pytest.raises(BadRequest) as caught:
            StrictParser().parse_body(cast("Any", SimpleNamespace(body=b"")))
        assert caught.value.details[0].code == "malformed"

    def test_another_top_level_value_is_left_to_the_schema(self) -> None:
        parsed: object = StrictParser().parse_body(cast("Any", SimpleNamespace(body=b"[1]")))
        assert parsed == [1]
