"""A table that leaves page by page. Between two pages nothing is held, however slowly somebody reads.

Whoever asked is looked at again for each page. Who may no more see it is not told the rest: the answer breaks off, so
that nobody takes a part for the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from helpdesk.answers import PagedAnswer
from helpdesk.api_keys.queries import get_caller
from helpdesk.attachments.rules import disposition_of
from helpdesk.clock import now
from helpdesk.errors import Unauthorized
from helpdesk.exports.cells import MARK, csv_lines
from helpdesk.exports.places import Places
from helpdesk.exports.rules import MOST_STREAMS, MOST_STREAMS_OF_ONE, ROWS_A_PAGE, SEPARATORS, file_name
from helpdesk.exports.schemas import Told
from helpdesk.exports.tables import Table, zone_for
from helpdesk.people.models import Person
from helpdesk.people.requests import PersonRequest
from helpdesk.people.tokens import Claims
from helpdesk.permissions import require

CSV_TYPE = "text/csv; charset=utf-8"
_places = Places(most_of_one=MOST_STREAMS_OF_ONE, most=MOST_STREAMS)


@dataclass(slots=True)
class _Reader:
    """Where somebody has come to in a table."""

    claims: Claims
    operation: str
    table: Table
    zone: ZoneInfo
    separator: str
    place: str | None = ""

    def next(self) -> bytes | None:
        """The next lines; None at the end. Called in a transaction of its own, in the tenant."""
        if self.place is None:
            return None
        return self.read(_again(self.claims, self.operation))

    def read(self, person: Person) -> bytes:
        page = self.table.page(person, self.place or "", limit=ROWS_A_PAGE)
        self.place = page.next
        return csv_lines(page.rows, zone=self.zone, separator=self.separator)


def stream_csv(request: PersonRequest, table: Table, told: Told, *, operation: str) -> PagedAnswer:
    """The whole table as CSV. What is wrong with the question is refused before anything leaves."""
    person, counted = request.auth, _places.counting_for(request.auth)
    zone, separator = zone_for(told.time_zone), SEPARATORS[told.separator]
    claims = request.credentials.claims
    if claims is None:
        raise Unauthorized
    reader = _Reader(claims, operation, table, zone, separator)
    head = csv_lines([[column.label for column in table.columns(person, zone)]], zone=zone, separator=separator)
    answer = PagedAnswer(MARK.encode() + head + reader.read(person), reader.next, content_type=CSV_TYPE)
    answer.counted = counted
    name = file_name(table.stem, "csv", moment=now(), zone=zone)
    answer["Content-Disposition"] = disposition_of(name)
    return answer


def _again(claims: Claims, operation: str) -> Person:
    caller = get_caller(claims)
    if caller is None:
        raise Unauthorized
    require(caller.person, operation)
    return caller.person
