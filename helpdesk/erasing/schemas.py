"""What erasing takes."""

from __future__ import annotations

from pydantic import Field

from helpdesk.erasing.rules import Texts, Tickets
from helpdesk.shapes import Input


class EraseUser(Input):
    """`confirm` is the person's address. `texts`: what they wrote; `tickets`: those that they are the requester of."""

    confirm: str = Field(max_length=254)
    texts: Texts = "erase"
    tickets: Tickets = "keep"
