"""The users of one tenant."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from helpdesk.importing.actions.people import take_people
from helpdesk.importing.queries import list_addresses_here, list_here
from helpdesk.importing.rules.people import NewPerson, address_of, person_of
from helpdesk.importing.rules.values import Notes, NotTaken, Row, id_of
from tenants.importing.run import Run


def import_people(run: Run) -> None:
    """Everybody, the oldest first: of two with one address the older is taken."""
    for rows in run.source.pages("User", run.tenant_id):
        _import_page(run, rows)
        run.step(len(rows))


def _import_page(run: Run, rows: list[Row]) -> None:
    here = run.ask(list_here, "User", [id_of(row["id"]) for row in rows], otherwise=set[UUID]())
    new = [row for row in rows if id_of(row["id"]) not in here]
    run.report.here("User", len(rows) - len(new))
    emails = [str(row.get("email") or "").strip().lower() for row in new]
    taken = run.ask(list_addresses_here, emails, otherwise=dict[str, UUID]())
    older: dict[str, list[str]] = {}
    for user in run.source.users_with(emails, run.tenant_id) if emails else []:
        older.setdefault(user["email"], []).append(str(user["id"]))
    given = dict[str, UUID]()
    people = [person for row in new if (person := _person(run, row, taken, older, given))]
    if people:
        run.write(lambda _: take_people(people))


def _person(
    run: Run, row: Row, taken: Mapping[str, UUID], older: Mapping[str, list[str]], given: dict[str, UUID]
) -> NewPerson | None:
    """`given`: addresses of this page. What PostgreSQL takes for two may be one here, as with a tab behind it."""

    def mapped(notes: Notes) -> NewPerson:
        email = address_of(row)
        if email in taken:
            raise NotTaken(f"its address is {taken[email]}'s here")
        first = next((id_ for id_ in older.get(email, ()) if id_ not in run.left["User"]), str(row["id"]))
        if first != str(row["id"]):
            raise NotTaken(f"its address is, in another case, {first}'s: change one of them there")
        if email in given:
            raise NotTaken(f"its address is {given[email]}'s: change one of them there")
        person = person_of(row, choices=run.choices, now=run.now, notes=notes)
        given[email] = person.id
        return person

    return run.take("User", row, mapped)
