"""A request after the door: who asks is known, and came from the database."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from helpdesk.people.credentials import Credentials
from helpdesk.people.models import Person


class PersonRequest(HttpRequest):
    """Of a tenant operation. For the type checker: at run time it is Django's request."""

    auth: Person
    credentials: Credentials


class NetworkRequest(PersonRequest):
    """Of an operation that asks the network, between units of work of its own."""

    conclude: Callable[[Callable[[], HttpResponse]], HttpResponse]
    """Does the last step, in the unit of work that makes the answer and keeps it for a repeated request."""
