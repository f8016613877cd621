"""The language of the search box: what it takes, what is text in it, and what it refuses."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.tickets.spans import Moment, Span, read_age_or_span
from helpdesk.tickets.syntax import KEYS, LONGEST_QUESTION, Asked, Condition, NotUnderstood, Somebody, understand
from helpdesk.vocabulary import TicketPriority, TicketStatus
from helpdesk.words.terms import tsquery_of

PIECES = [*(f"{key}:" for key in KEYS), "-", '"', "*", " ", "<", "7d", "..", "東", "#", "a", "2026-01-01"]
DAY = datetime(2026, 1, 31, tzinfo=UTC)


def only(question: str) -> Condition:
    asked = understand(question)
    assert asked.terms == ()
    (condition,) = asked.conditions
    return condition


def texts(question: str) -> list[str]:
    return [term.tsquery() for term in understand(question).terms]


class TestConditions:
    def test_take_several_values_in_any_case(self) -> None:
        assert only("status:OPEN,in-progress") == Condition("status", (TicketStatus.OPEN, TicketStatus.IN_PROGRESS))
        assert only("-priority:critical") == Condition("priority", (TicketPriority.URGENT,), negated=True)
        assert only('tag:"a b"') == Condition("tag", ("a b",))
        assert only("tags:vpn,Mail") == Condition("tag", ("vpn", "Mail"))
        assert only("#0012") == only("number:12") == Condition("number", (12,))
        assert only("is:unassigned") == Condition("is", ("unassigned",))

    def test_name_people(self) -> None:
        assert only("assignee:me").values == (Somebody("me"),)
        assert only("assignee:none").values == (Somebody("none"),)
        assert only("requester:Ada@Acme.example").values == (Somebody("email", email="ada@acme.example"),)
        (named,) = only('creator:"Ada Lovelace"').values
        assert isinstance(named, Somebody)
        assert [term.tsquery() for term in named.terms] == ["('ada':*)", "('lovelace':*)"]
        assert not understand("assignee:me requester:me").is_about_people()
        assert understand("assignee:ada").is_about_people()

    @pytest.mark.parametrize(
        ("text", "span"),
        [
            ("2026-01-31", Span(Moment(DAY), Moment(DAY + timedelta(days=1)))),
            ("2026-01-30..2026-01-31", Span(Moment(DAY - timedelta(days=1)), Moment(DAY + timedelta(days=1)))),
            ("2026-01-31..", Span(start=Moment(DAY))),
            (">2026-01-31", Span(start=Moment(DAY + timedelta(days=1)))),
            ("<=2026-01-31", Span(end=Moment(DAY + timedelta(days=1)))),
            ("<2026-01-31t13:00:00+01:00", Span(end=Moment(DAY + timedelta(hours=12)))),
            ("<7d", Span(start=Moment(ago=timedelta(days=7)))),
            (">2w", Span(end=Moment(ago=timedelta(weeks=2)))),
        ],
    )
    def test_span_times(self, text: str, span: Span) -> None:
        assert read_age_or_span(text) == span

    def test_yesterday_ends_when_today_begins(self) -> None:
        span = read_age_or_span("yesterday")
        assert span is not None
        assert span.start is not None
        assert span.end is not None
        now = DAY + timedelta(hours=5)
        assert (span.start.when(now), span.end.when(now)) == (DAY - timedelta(days=1), DAY)


class TestTerms:
    def test_are_words_phrases_and_beginnings(self) -> None:
        assert texts("vpn drops ") == ["('vpn')", "('drops')"]
        assert texts('"VPN drops"') == ["('vpn' <1> 'drops')"]
        assert texts("pass* vpn ") == ["('pass':*)", "('vpn')"]
        assert texts("-vpn -“wi fi”") == ["!('vpn')", "!('wi' <1> 'fi')"]

    def test_the_last_word_may_still_be_typed(self) -> None:
        assert texts("vpn passw") == ["('vpn')", "('passw':*)"]
        assert texts("vpn pa") == ["('vpn')", "('pa')"]
        assert texts("vpn -passw") == ["('vpn')", "!('passw')"]

    def test_addresses_and_times_are_text(self) -> None:
        assert texts("https://wiki.example/a ") == ["('https' <1> 'wiki' <1> 'example' <1> 'a')"]
        assert texts("10:30 ") == ["('10' <1> '30')"]
        assert texts("note: ") == ["('note')"]
        assert texts("12 ") == ["('12')"]

    def test_stand_where_in_says(self) -> None:
        assert texts("in:title vpn ") == ["('vpn':A)"]
        assert texts("vpn* in:title,description") == ["('vpn':*AC)"]

    def test_scripts_without_blanks(self) -> None:
        assert texts("東京都") == ["('東京' <1> '京都':*)"]
        assert texts("東 ") == ["('東':*)"]

    @pytest.mark.parametrize("question", ["%", "' ;--", "in:title", "🎉", '""', "-"])
    def test_what_holds_no_word_matches_nothing(self, question: str) -> None:
        assert understand(question).says_nothing

    def test_nothing_is_asked_by_nothing(self) -> None:
        assert understand("") == understand("  ") == Asked()


class TestRefusals:
    @pytest.mark.parametrize(
        ("question", "told"),
        [
            ("status:opne", "open, in_progress"),
            ("status:", "open, in_progress"),
            ("stauts:open", "`status:`"),
            ("asignee:me", "`assignee:`"),
            ("before:tomorrowish", "2026-01-31"),
            ("created:2026-02-30", "2026-01-31"),
            ("updated:>7x", "<7d"),
            ("created:..", "from..to"),
            ("number:abc", "number"),
            ("is:nice", "unassigned"),
            ("in:attachment", "title"),
            ("-in:title x", "no minus"),
            ("assignee:", "or none"),
            ("assignee:!!!", "name"),
            ("tag:,", "tag"),
            ("東" * 300, "At most"),
        ],
    )
    def test_say_what_is_known_and_never_what_was_asked(self, question: str, told: str) -> None:
        with pytest.raises(NotUnderstood) as refused:
            understand(question)
        assert told in str(refused.value)
        assert "tomorrowish" not in str(refused.value)

    @settings(max_examples=1000, deadline=None, database=None, derandomize=True)
    @given(st.text(max_size=LONGEST_QUESTION) | st.lists(st.sampled_from(PIECES)).map("".join))
    def test_any_text_is_understood_or_refused(self, question: str) -> None:
        with suppress(NotUnderstood):
            assert tsquery_of(understand(question).terms) is not None
