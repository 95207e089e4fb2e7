"""What must hold for a file to be uploaded, and again, with more, in the transaction that releases it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from gateway.domain.calendar import execution_date
from gateway.domain.errors import Alarm, ApprovalVoid, Busy, NotYet
from gateway.domain.schedule import Hours, is_open, opening
from gateway.store import absence, batches, decisions, deliveries, files, stops, succession
from gateway.store.store import Transaction
from gateway.store.tables import FileOut
from gateway.usecases import guard
from gateway.usecases.approve import require_signatures
from gateway.usecases.context import Context, Partner


def require_uploadable(context: Context, tx: Transaction, partner: Partner, file: FileOut) -> None:
    """It is still ours to send, no stop covers it, the partner takes files now, and its date can still be kept."""
    if files.claim(tx, file.id).state not in deliveries.UNRELEASED:
        raise Busy("moved_by_another", subject=file.message_id)
    guard.require_normal(tx, held=True)
    if absence.is_spoken_of(tx, file):
        raise Alarm("spoken_of_before_release", file=file.message_id, partner=partner.code)
    if waiting := decisions.open_one(tx, "file mark-delivered", file.message_id):
        raise Busy("decision_open", decision=waiting, subject=file.message_id)
    if succession.doubtful_in(tx, file.id):
        raise Busy("file_has_held_payment", file=file.message_id)
    if stop := stops.against(tx, partner.code, file.batch_id):
        raise refusal(stop)
    if closed := out_of_hours(context, partner):
        raise closed
    if is_too_late(context, partner, file):
        raise NotYet("execution_date_passed", file=file.message_id, date=file.execution_date)


def require_releasable(context: Context, tx: Transaction, partner: Partner, file: FileOut, attempt: int) -> None:
    """Everything that the releasing transaction checks: the fence, and M12, M14, M16 at this very moment."""
    require_uploadable(context, tx, partner, file)
    if not deliveries.fence(tx, file, attempt):
        raise Busy("moved_by_another", subject=file.message_id)
    batch = batches.find(tx, file.batch_id)
    require_signatures(context, tx, batch)
    if batches.file_digest(tx, file.id) != file.content_sha256:
        raise ApprovalVoid("approval_void", batch=batch.id, reason="content_changed")


def is_too_late(context: Context, partner: Partner, file: FileOut) -> bool:
    """The partner would execute it on a later day than the file says; a recall is never too late to be asked."""
    if file.message.startswith("camt.055."):
        return False
    earliest = execution_date(context.clock.now(), partner.profile.cutoff, context.is_working)
    return date.fromisoformat(file.execution_date) < earliest


def opens_at(context: Context, partner: Partner) -> datetime | None:
    """When the partner takes files again; None while it does."""
    outbox = partner.profile.outbox
    if outbox.opens is None or outbox.closes is None:
        return None
    hours, now = Hours(outbox.opens, outbox.closes), context.clock.now()
    return None if is_open(hours, now, context.is_working) else opening(hours, now, context.is_working)


def out_of_hours(context: Context, partner: Partner) -> NotYet | None:
    """Outside the partner's sending hours (M14), with the moment at which they begin again."""
    then = opens_at(context, partner)
    return (
        None if then is None else NotYet("window_closed", partner=partner.code, opens_at=then.isoformat(" ", "minutes"))
    )


def refusal(stop: Any) -> Busy:
    """A stop as the reason why nothing goes."""
    if stop.scope == "partner" and stop.code != stops.EMERGENCY:
        return Busy("partner_frozen", partner=stop.subject)
    return Busy("stopped", scope=stop.scope, subject=stop.subject, why=stop.code)
