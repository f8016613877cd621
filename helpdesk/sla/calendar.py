"""Public holidays by country, from the package `holidays`. What a version of a policy knows of them is kept with it."""

from __future__ import annotations

from datetime import date
from functools import cache

import holidays

YEARS_BACK, YEARS_AHEAD = 2, 10


class UnknownPlace(ValueError):
    """The calendar knows no such country, or no such part of it. `part`: which of the two."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


@cache
def list_countries() -> dict[str, list[str]]:
    """Countries (ISO 3166-1) with the parts that have holidays of their own (ISO 3166-2, without the country)."""
    known = holidays.list_supported_countries(include_aliases=False)
    return {code: sorted(parts) for code, parts in sorted(known.items()) if len(code) == 2}


def list_holidays(country: str, subdivision: str | None, *, around: int) -> list[tuple[date, str]]:
    """Those of the years around that one, in order. Raises UnknownPlace."""
    known = list_countries()
    if country not in known:
        raise UnknownPlace("country")
    if subdivision is not None and subdivision not in known[country]:
        raise UnknownPlace("subdivision")
    years = range(around - YEARS_BACK, around + YEARS_AHEAD + 1)
    # In the country's own language, whatever the machine's is.
    language = holidays.country_holidays(country).default_language
    found = holidays.country_holidays(country, subdiv=subdivision, years=years, expand=False, language=language)
    return sorted(found.items())
