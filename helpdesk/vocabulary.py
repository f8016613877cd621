"""The field's words, as the API and the database spell them (see docs/glossary.md)."""

from enum import StrEnum


class Role(StrEnum):
    """What somebody is. The API says USER for a requester, as the original service did."""

    REQUESTER = "USER"
    AGENT = "AGENT"
    ADMIN = "ADMIN"
    PLATFORM_ADMIN = "PLATFORM_ADMIN"

    @property
    def is_staff(self) -> bool:
        """Agents and admins work on every ticket of their tenant."""
        return self in (Role.AGENT, Role.ADMIN)


class TicketStatus(StrEnum):
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    PENDING = "pending"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def is_active(self) -> bool:
        """Somebody still has to do something: it is open, in progress, or waits for the requester."""
        return self in (TicketStatus.OPEN, TicketStatus.IN_PROGRESS, TicketStatus.PENDING)


class TicketPriority(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"

    @property
    def rank(self) -> int:
        """0 (low) to 3 (urgent): the order in which priorities are sorted."""
        return list(TicketPriority).index(self)


class ClockKind(StrEnum):
    """What runs against a promise (helpdesk/sla/clocks.py)."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"


class SlaState(StrEnum):
    """How it stands with what is promised next on a ticket."""

    RUNNING = "running"
    WARNED = "warned"
    """It is due soon."""
    BREACHED = "breached"
    """It is late, and still nobody has answered."""
    PAUSED = "paused"
    """It is the requester's turn."""
    DONE = "done"
    """Nothing is to be answered or resolved."""


class Floor(StrEnum):
    """The lowest role that sees an event without being named in it."""

    NOBODY = "nobody"
    AGENT = "agent"
    ADMIN = "admin"


class AssignmentMode(StrEnum):
    """How the tickets of a team find their assignee."""

    MANUAL = "manual"
    ROUND_ROBIN = "round_robin"
    LEAST_BUSY = "least_busy"


class RelationKind(StrEnum):
    """How two tickets have to do with each other."""

    LINK = "link"
    DUPLICATE = "duplicate"
    PARENT = "parent"


class RelationWord(StrEnum):
    """What another ticket is to the one of which it is told."""

    LINK = "link"
    DUPLICATE_OF = "duplicate_of"
    DUPLICATED_BY = "duplicated_by"
    PARENT = "parent"
    CHILD = "child"


class MoveKind(StrEnum):
    """Why something that was said stands on another ticket now."""

    MERGE = "merge"
    SPLIT = "split"


class DraftKind(StrEnum):
    """What a draft is to become."""

    REPLY = "reply"
    NOTE = "note"


class ViewVisibility(StrEnum):
    """Whom a saved view is for: its owner, a team, all staff."""

    PRIVATE = "private"
    TEAM = "team"
    ALL = "all"


class NotificationKind(StrEnum):
    """Why somebody is told."""

    ASSIGNED = "assigned"
    MENTIONED = "mentioned"
    COMMENT_ADDED = "comment_added"
    STATUS_CHANGED = "status_changed"
    FILE_INFECTED = "file_infected"
    SLA_WARNED = "sla_warned"
    SLA_BREACHED = "sla_breached"


class ScanState(StrEnum):
    """What is known of viruses in a file."""

    UNSCANNED = "unscanned"
    """There was no scanner when it came, or the operator lets it be fetched before it is looked at."""
    PENDING = "pending"
    CLEAN = "clean"
    INFECTED = "infected"
    UNSCANNABLE = "unscannable"
    """The scanner could not look at all of it."""


class ExportKind(StrEnum):
    """What an export holds."""

    TICKETS = "tickets"
    TICKET = "ticket"
    AUDIT = "audit"
    ANALYTICS = "analytics"


class ExportFormat(StrEnum):
    CSV = "csv"
    PDF = "pdf"


class ExportStatus(StrEnum):
    """How far an export has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class ExportProblem(StrEnum):
    """Why an export has failed."""

    NOT_ALLOWED = "not_allowed"
    """Whoever asked for it may no longer see it."""
    TOO_LARGE = "too_large"
    NO_FONT = "no_font"
    """The hub's machine has no font for its letters."""
    STORE_AWAY = "store_away"
    BROKEN = "broken"


class AccessKind(StrEnum):
    """What the access log counts."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    RATE_LIMITED = "rate_limited"


class MailKind(StrEnum):
    """What a mail is about; each kind has a template."""

    TICKET_RECEIVED = "ticket_received"
    PUBLIC_REPLY = "public_reply"
    STATUS_CHANGED = "status_changed"
    ASSIGNED = "assigned"
    MENTIONED = "mentioned"
    SLA_WARNED = "sla_warned"
    SLA_BREACHED = "sla_breached"
    WEBHOOK_PAUSED = "webhook_paused"
    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"  # noqa: S105
    ADDRESS_CONFIRMATION = "address_confirmation"


class LinkPurpose(StrEnum):
    """What a link that was mailed to a person lets them do, once."""

    INVITATION = "invitation"
    RESET = "reset"
    CONFIRMATION = "confirmation"


class MailState(StrEnum):
    """How far a mail has come. `dropped`: what it was about is gone, or is no longer its reader's to see."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class FieldType(StrEnum):
    """What a custom field holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    SELECT = "select"
    MULTI_SELECT = "multi_select"
    CHECKBOX = "checkbox"
    USER = "user"
    URL = "url"


class FieldRequired(StrEnum):
    """When a custom field must not be empty."""

    NO = "no"
    CREATING = "creating"
    """Of a new ticket, and from then on."""
    RESOLVING = "resolving"
    """Of a ticket that staff resolve or close."""
