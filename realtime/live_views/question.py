"""What a `subscribe` asks a live view for, and who may ask it: as `GET /tickets` answers it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from helpdesk.errors import HelpdeskError
from helpdesk.people.models import Person
from helpdesk.ticket_views.models import TicketView
from helpdesk.ticket_views.queries import filter_of
from helpdesk.tickets.filter import TicketFilter
from helpdesk.tickets.queries import require_askable
from helpdesk.tickets.rules import require_filter, require_order
from helpdesk.vocabulary import Role
from realtime.live_views.selection import LARGEST_WINDOW, Selection
from realtime.protocol import BadFrame, ErrorCode, Subscribe

DEFAULT_ORDER = ("createdAt", "desc")


@dataclass(frozen=True, slots=True)
class Question:
    """`order` None: the saved view's, or the usual one."""

    person: Person
    filter: TicketFilter
    view_id: UUID | None
    order: tuple[str, str] | None
    size: int

    @classmethod
    def of(cls, frame: Subscribe, person: Person) -> Question:
        """Raises BadFrame where this person may not ask for that."""
        where = frame.filter or TicketFilter()
        try:
            require_filter(Role(person.role), where.model_fields_set)
            require_askable(person, where.asked())
            require_order(Role(person.role), frame.sort_by or DEFAULT_ORDER[0])
        except HelpdeskError as refused:
            raise BadFrame(ErrorCode(refused.code), _told(refused), frame.id) from None
        order = None
        if frame.sort_by is not None or frame.sort_order is not None:
            order = (frame.sort_by or DEFAULT_ORDER[0], frame.sort_order or DEFAULT_ORDER[1])
        return cls(person, where, frame.view_id, order, LARGEST_WINDOW if frame.window is None else frame.window)

    def selection(self, view: TicketView | None) -> Selection:
        """`view`: the saved one, as it is now, where one was asked for."""
        own = (self.filter,) if self.filter.model_fields_set or view is None else ()
        sort_by, sort_order = self.order or ((view.sort_by, view.sort_order) if view else DEFAULT_ORDER)
        filters = (*own, filter_of(view)) if view else own
        return Selection(self.person, filters, sort_by, sort_order == "desc", self.size)


def _told(refused: HelpdeskError) -> str:
    details = [f"filter.{detail.field}: {detail.message}" for detail in refused.details]
    return " ".join(details) or refused.message
