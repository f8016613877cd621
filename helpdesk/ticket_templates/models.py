"""Ticket templates."""

from __future__ import annotations

from typing import Any

from django.db import models

from helpdesk.sharing.models import Shared


class TicketTemplate(Shared):
    """What a new ticket begins with."""

    ticket: Any = models.JSONField(default=dict)
    """Fields of the ticket by their JSON names."""

    class Meta:
        db_table = "ticket_template"
