"""What may wait in a tenant that was put back; whoever wakes up for it and finds nothing goes to sleep again."""

from __future__ import annotations

from helpdesk.assignment.actions import WAKEUP as ASSIGNMENTS
from helpdesk.attachments.scans import WAKEUP as SCANS
from helpdesk.erasing.actions.log import WAKEUP as ERASURES
from helpdesk.exports.actions import WAKEUP as EXPORTS
from helpdesk.mail.actions.outbox import WAKEUP as MAIL
from helpdesk.objects.actions import WAKEUP as OBJECTS
from helpdesk.sla.actions.noting import WAKEUP as SLA
from helpdesk.sweeps.actions import WAKEUP as SWEEPS
from helpdesk.webhooks.actions.endpoints import DELIVERIES, FAILING

DUE_AT_ONCE = ("dispatch", MAIL, DELIVERIES, FAILING, OBJECTS, ERASURES, EXPORTS, SCANS, ASSIGNMENTS, SWEEPS, SLA)
