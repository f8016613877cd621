"""A request after the door: who asks is known, and came from the database."""

from __future__ import annotations

from django.http import HttpRequest

from helpdesk.people.credentials import Credentials
from helpdesk.people.models import Person


class PersonRequest(HttpRequest):
    """Of a tenant operation. For the type checker: at run time it is Django's request."""

    auth: Person
    credentials: Credentials
