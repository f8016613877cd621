"""What carriers tell of mails after they left, and the addresses that get none because of it."""

from __future__ import annotations

from uuid import UUID

from helpdesk.clock import now
from helpdesk.mail.headers import one_line
from helpdesk.mail.models import Mail, UndeliverableAddress
from helpdesk.mail.queries import AddressNotFound
from helpdesk.mail.rules import BOUNCES_COUNT_FOR, BOUNCES_OF_A_DEAD_ADDRESS, Report
from helpdesk.people.models import Person
from helpdesk.permissions import require

LONGEST_REASON = 500


def record_report(mail_id: UUID, report: Report) -> bool:
    """Write down what became of a mail. False: this desk has no such mail."""
    mail = Mail.objects.select_for_update().filter(id=mail_id).first()
    if mail is None:
        return False
    if report.delivered:
        # Reports come in any order: one of before the mark does not take it away.
        UndeliverableAddress.objects.filter(
            address=mail.address, is_complaint=False, created_at__lt=mail.sent_at or mail.created_at
        ).delete()
        return True
    note_bounce(mail, reason=report.reason, complained=report.complained)
    mail.save()
    return True


def note_bounce(mail: Mail, *, reason: str, complained: bool = False) -> None:
    """Mark the mail; its address too, after a complaint or the third bounce of a month. The caller saves."""
    reason = one_line(reason, longest=LONGEST_REASON)
    mail.bounced_at, mail.bounce_reason = mail.bounced_at or now(), reason
    others = Mail.objects.filter(address=mail.address, bounced_at__gt=now() - BOUNCES_COUNT_FOR).exclude(id=mail.id)
    if complained or others.count() + 1 >= BOUNCES_OF_A_DEAD_ADDRESS:
        marked, made = UndeliverableAddress.objects.get_or_create(
            address=mail.address, defaults={"reason": reason, "is_complaint": complained}
        )
        if complained and not (made or marked.is_complaint):
            marked.is_complaint, marked.reason = True, reason
            marked.save(update_fields=["is_complaint", "reason"])


def clear_address(actor: Person, address_id: UUID) -> None:
    """Mail goes to this address again; the next bounce of the same month marks it anew."""
    require(actor, "clearUndeliverableAddress")
    if not UndeliverableAddress.objects.filter(id=address_id).delete()[0]:
        raise AddressNotFound
