"""Texts as words: the same for what is written and what is looked for."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.tickets.words import ticket_document
from helpdesk.words.documents import LAST_PLACE, MOST_PLACES, Document
from helpdesk.words.nearness import distance
from helpdesk.words.terms import term_of, tsquery_of
from helpdesk.words.tokens import LONGEST_WORD, tokens, words
from tests.conftest import Desk


class TestWords:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("The VPN drops!", ["the", "vpn", "drops"]),
            ("José JOSÉ jose\u0301", ["jose", "jose", "jose"]),
            ("Straße STRASSE", ["strasse", "strasse"]),
            ("Łódź Ørsted œuvre Æon", ["lodz", "orsted", "oeuvre", "aeon"]),
            ("ada@mail.example.com", ["ada", "mail", "example", "com"]),
            ("wi-fi snake_case 10:30", ["wi", "fi", "snake", "case", "10", "30"]),
            ("ﬁle Ⅷ ½", ["file", "viii", "1", "2"]),
            ("東京都", ["東京", "京都", "都"]),
            ("iPhone手机", ["iphone", "手机", "机"]),
            ("サーバー", ["サー", "ーバ", "バー", "ー"]),
            ("한국어 서버", ["한국어", "서버"]),
            ("!? … 🎉", []),
        ],
    )
    def test_are_plain(self, text: str, found: list[str]) -> None:
        assert words(text) == found

    def test_know_which_characters_they_stand_for(self) -> None:
        text = "À la José, 東京都"
        assert [text[token.start : token.end] for token in tokens(text)] == ["À", "la", "José", "東京", "京都", "都"]

    def test_of_endless_texts_are_bounded(self) -> None:
        assert words("x" * 1000) == ["x" * LONGEST_WORD]
        vector = Document.of([("A", "a " * 5000), ("C", "ﷺ" * 10_000), ("D", "b" * 60 + " c" * 9000)]).vector()
        places = [int(place.rstrip("ABCD")) for entry in vector.split() for place in entry.split(":")[1].split(",")]
        assert max(places) <= LAST_PLACE
        assert len(vector.split()[0].split(",")) == MOST_PLACES

    @settings(max_examples=300, deadline=None, database=None, derandomize=True)
    @given(st.text(max_size=60))
    def test_fast_and_slow_ways_agree(self, text: str) -> None:
        assert words(text) == [token.word for token in tokens(text)]


class TestDocuments:
    @settings(max_examples=200, deadline=None, database=None, derandomize=True)
    @given(st.lists(st.text(max_size=30), min_size=1, max_size=3))
    def test_are_what_postgresql_reads(self, texts: list[str]) -> None:
        document = Document.of([("A", text) for text in texts])
        assert not set("'\\ :*&|!<>()") & set("".join(document.words()))

    def test_of_any_text_can_be_stored(self, desk: Desk) -> None:
        longest = ["ﷺ" * 5000, "東" * 5000, "a b" * 1666, "é" * 5000, "x" * 5000, "\U0001f389\u0301" * 2000]
        for text in longest:
            document = ticket_document(
                number=1, title=text[:200], description=text, tags=[text[:50]] * 50, custom_fields={}
            )
            with connection.cursor() as cursor:
                cursor.execute("SELECT length(%s::tsvector)", [document.vector()])
                assert cursor.fetchone()[0] == len(document.words())

    def test_phrases_do_not_reach_from_one_text_into_the_next(self) -> None:
        document = Document.of([("A", "the printer"), ("C", "jams always")])
        assert term_of("printer jams") is not None
        assert not term_of("printer jams").holds(document)  # type: ignore[union-attr]
        assert term_of("jams always").holds(document)  # type: ignore[union-attr]


class TestTerms:
    @settings(max_examples=300, deadline=None, database=None, derandomize=True)
    @given(st.text(max_size=40), st.booleans(), st.booleans())
    def test_of_any_text_are_a_tsquery(self, text: str, begun: bool, negated: bool) -> None:
        term = term_of(text, begun=begun, negated=negated, weights="AB")
        assert (term is None) == (words(text) == [])
        if term is not None:
            assert tsquery_of([term]).count("(") == 1

    def test_decide_as_postgresql_does(self, desk: Desk) -> None:
        documents = [
            Document.of([("A", "The printer jams"), ("C", "the printer is on floor 3; 東京都の手机")]),
            Document.of([("C", "a a a printer " * 400)]),
            Document.of([("A", "printers"), ("B", "jams")]),
        ]
        asked = [
            term_of(text, begun=begun, negated=negated, weights=weights)
            for text in ("printer", "print", "printer jams", "the printer is", "京都", "東", "都の手", "a printer", "3")
            for begun in (False, True)
            for negated in (False, True)
            for weights in ("", "A", "BC")
        ]
        with connection.cursor() as cursor:
            for term in asked:
                assert term is not None
                for document in documents:
                    cursor.execute("SELECT %s::tsvector @@ %s::tsquery", [document.vector(), term.tsquery()])
                    assert cursor.fetchone()[0] == term.holds(document), (term, document.vector()[:100])


def test_distance_counts_slips() -> None:
    pairs = {("password", "pasword"): 1, ("printer", "pritner"): 1, ("vpn", "vpn"): 0, ("", "ab"): 2, ("cat", "dog"): 3}
    assert {pair: distance(*pair) for pair in pairs} == pairs
