"""Django's index of the features' models."""

from helpdesk.comments.models import Comment
from helpdesk.events.models import Event, EventHead
from helpdesk.idempotency.models import IdempotentAnswer
from helpdesk.people.models import Person, Session
from helpdesk.tickets.models import Ticket

__all__ = ["Comment", "Event", "EventHead", "IdempotentAnswer", "Person", "Session", "Ticket"]
