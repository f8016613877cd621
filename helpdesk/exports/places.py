"""What is made while somebody waits for it has a number of places in each process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from helpdesk import desk
from helpdesk.exports.rules import require_place
from helpdesk.people.models import Person


class Places:
    """By desk and person, and all together."""

    def __init__(self, *, most_of_one: int, most: int) -> None:
        self._most_of_one, self._most = most_of_one, most
        self._taken: Counter[tuple[UUID, UUID]] = Counter()

    def counting_for(self, person: Person) -> Callable[[int], None]:
        """What takes a place (1) and gives it back (-1). Raises TooManyExports where none is left."""
        whose = desk.current().id, person.id
        own, all_of_them = self._taken[whose], self._taken.total()
        require_place(own=own, all_of_them=all_of_them, most_of_one=self._most_of_one, most=self._most)

        def count(step: int) -> None:
            self._taken[whose] += step
            if not self._taken[whose]:
                del self._taken[whose]

        return count

    @contextmanager
    def one_for(self, person: Person) -> Iterator[None]:
        """A place while this lasts. Raises TooManyExports."""
        count = self.counting_for(person)
        count(1)
        try:
            yield
        finally:
            count(-1)
