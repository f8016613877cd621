"""Django's index of the features' models."""

from helpdesk.access_log.models import AccessEntry
from helpdesk.api_keys.models import ApiKey
from helpdesk.attachments.models import Attachment, Upload
from helpdesk.comments.models import Comment, NoteWords, ReplyWords
from helpdesk.custom_fields.models import CustomField
from helpdesk.dispatch.models import DeadLetter, LogCursor
from helpdesk.drafts.models import Draft
from helpdesk.erasing.models import Erasure
from helpdesk.events.models import Event, EventHead
from helpdesk.exports.models import Export
from helpdesk.idempotency.models import IdempotentAnswer
from helpdesk.macros.models import Macro
from helpdesk.mail.models import KeptMail, Mail, MailTemplate, UndeliverableAddress
from helpdesk.moves.models import TicketMove
from helpdesk.notifications.models import Notification, NotificationPreference
from helpdesk.objects.models import StoredObject
from helpdesk.people.models import AccountLink, Person, PersonWords, Session
from helpdesk.relations.models import TicketRelation
from helpdesk.sla.models import SlaClock, SlaPolicy, SlaPolicyVersion, SlaSweep, SlaTicket
from helpdesk.sweeps.models import TicketSweep
from helpdesk.teams.models import Team, TeamMember
from helpdesk.ticket_templates.models import TicketTemplate
from helpdesk.ticket_views.models import TicketView
from helpdesk.tickets.models import Ticket, TicketWords
from helpdesk.webhooks.models import Webhook, WebhookAttempt, WebhookDelivery
from helpdesk.words.models import KnownWord

__all__ = [
    "AccessEntry",
    "AccountLink",
    "ApiKey",
    "Attachment",
    "Comment",
    "CustomField",
    "DeadLetter",
    "Draft",
    "Erasure",
    "Event",
    "EventHead",
    "Export",
    "IdempotentAnswer",
    "KeptMail",
    "KnownWord",
    "LogCursor",
    "Macro",
    "Mail",
    "MailTemplate",
    "NoteWords",
    "Notification",
    "NotificationPreference",
    "Person",
    "PersonWords",
    "ReplyWords",
    "Session",
    "SlaClock",
    "SlaPolicy",
    "SlaPolicyVersion",
    "SlaSweep",
    "SlaTicket",
    "StoredObject",
    "Team",
    "TeamMember",
    "Ticket",
    "TicketMove",
    "TicketRelation",
    "TicketSweep",
    "TicketTemplate",
    "TicketView",
    "TicketWords",
    "UndeliverableAddress",
    "Upload",
    "Webhook",
    "WebhookAttempt",
    "WebhookDelivery",
]
