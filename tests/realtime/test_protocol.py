"""What a client may send, and how everything else is answered."""

from __future__ import annotations

import orjson
import pytest

from realtime.protocol import (
    Auth,
    BadFrame,
    ErrorCode,
    Ping,
    Subscribe,
    Subscribed,
    Unsubscribe,
    parse,
    stream_name,
    ticket_of,
)

EPOCH = "01890000-0000-7000-8000-000000000000"
TICKET = "018f0000-0000-7000-8000-00000000abcd"


def refused(text: str) -> BadFrame:
    with pytest.raises(BadFrame) as caught:
        parse(text)
    return caught.value


class TestParse:
    def test_reads_each_type(self) -> None:
        assert parse('{"type":"ping","id":7}') == Ping(type="ping", id=7)
        assert isinstance(parse('{"type":"auth","token":"x"}'), Auth)
        assert isinstance(parse('{"type":"unsubscribe","stream":"me"}'), Unsubscribe)
        frame = parse(f'{{"type":"subscribe","stream":"queue","since":{{"epoch":"{EPOCH}","seq":9}}}}')
        assert isinstance(frame, Subscribe)
        assert frame.since is not None
        assert (str(frame.since.epoch), frame.since.seq) == (EPOCH, 9)

    @pytest.mark.parametrize(
        "text",
        ["", "{", "nonsense", "[]", "1", "null", '"ping"', "NaN", "[" * 60_000, '{"type":"ping","id":"\\u0000"}',
         '{"type":"ping","id":"\\ud800"}', '{"type":"ping","id":"\ud800"}', '{"type":"ping"}x'],
    )  # fmt: skip
    def test_refuses_what_is_no_json_object(self, text: str) -> None:
        assert refused(text).code is ErrorCode.BAD_REQUEST

    @pytest.mark.parametrize(
        "text",
        [
            "{}",
            '{"type":"nonsense"}',
            '{"type":7}',
            '{"type":"ping","more":1}',
            '{"type":"ping","id":true}',
            '{"type":"ping","id":1.5}',
            '{"type":"ping","id":[]}',
            '{"type":"ping","id":99999999999999999999}',
            f'{{"type":"ping","id":"{"x" * 65}"}}',
            '{"type":"auth"}',
            '{"type":"auth","token":""}',
            '{"type":"auth","token":7}',
            '{"type":"subscribe"}',
            '{"type":"subscribe","stream":7}',
            '{"type":"subscribe","stream":"queue","since":3}',
            '{"type":"subscribe","stream":"queue","since":{"epoch":"x","seq":1}}',
            f'{{"type":"subscribe","stream":"queue","since":{{"epoch":"{EPOCH}"}}}}',
            f'{{"type":"subscribe","stream":"queue","since":{{"epoch":"{EPOCH}","seq":-1}}}}',
            f'{{"type":"subscribe","stream":"queue","since":{{"epoch":"{EPOCH}","seq":"1"}}}}',
            f'{{"type":"subscribe","stream":"queue","since":{{"epoch":"{EPOCH}","seq":1.0}}}}',
            f'{{"type":"subscribe","stream":"queue","since":{{"epoch":"{EPOCH}","seq":true}}}}',
            f'{{"type":"subscribe","stream":"queue","since":{{"epoch":"{EPOCH}","seq":9223372036854775808}}}}',
            f'{{"type":"subscribe","stream":"queue","since":{{"epoch":"{EPOCH}","seq":1,"x":1}}}}',
        ],
    )
    def test_refuses_wrong_and_unknown_fields(self, text: str) -> None:
        assert refused(text).code is ErrorCode.VALIDATION_ERROR

    def test_repeats_the_id_of_a_refused_frame(self) -> None:
        assert refused('{"type":"nonsense","id":"a1"}').frame_id == "a1"
        assert refused('{"type":"nonsense","id":{"a":1}}').frame_id is None

    def test_never_echoes_what_was_sent(self) -> None:
        bad = refused('{"type":"auth","token":["secret-token"],"secret-name":1}')
        assert b"secret" not in bad.answer().text()


class TestStreamName:
    def test_knows_the_streams(self) -> None:
        assert [stream_name(name) for name in ("queue", "me", f"ticket:{TICKET}")] == [
            "queue",
            "me",
            f"ticket:{TICKET}",
        ]

    def test_writes_ids_in_lower_case(self) -> None:
        assert stream_name(f"ticket:{TICKET.upper()}".replace("TICKET", "ticket")) == f"ticket:{TICKET}"
        assert str(ticket_of(f"ticket:{TICKET}")) == TICKET

    @pytest.mark.parametrize("name", ["", "Queue", "ticket:", "ticket:7", f"ticket:{TICKET}x", "ticket:*", "user:me"])
    def test_refuses_others(self, name: str) -> None:
        with pytest.raises(BadFrame) as caught:
            stream_name(name)
        assert caught.value.code is ErrorCode.VALIDATION_ERROR


def test_a_server_frame_has_no_empty_fields() -> None:
    frame = Subscribed(stream="queue", epoch=EPOCH, seq=3, id=None)
    assert orjson.loads(frame.text()) == {"type": "subscribed", "stream": "queue", "epoch": EPOCH, "seq": 3}
