"""What time brings: unknown files and overdue answers for a person, files and batches that are finished."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from adapters.profile import Profile
from gateway.domain.states import BatchState, FileState
from gateway.store import batch_reports, deliveries, evidence, files, moves, resolutions
from gateway.store.store import Transaction
from gateway.usecases import awaited
from gateway.usecases.context import Context, Partner
from gateway.usecases.rematch import rematch

_OPEN_IN_FILE = (
    "SELECT 1 FROM payment_file l JOIN payment p ON p.id = l.payment_id WHERE l.file_id = f.id AND l.live"
    " AND p.state NOT IN ('settled', 'rejected', 'returned', 'cancelled')"
)
_FINISHED_FILES = (
    "SELECT f.id FROM file_out f WHERE f.state IN ('acknowledged', 'rejected')"
    f" AND NOT EXISTS ({_OPEN_IN_FILE}) ORDER BY f.id"
)
_FULLY_SENT = (
    "SELECT b.id FROM batch b WHERE b.state = 'sending' AND NOT EXISTS (SELECT 1 FROM payment p"
    " WHERE p.batch_id = b.id AND p.state IN ('ready', 'held', 'approved', 'allocated')) ORDER BY b.id"
)
_FULLY_PROVEN = (
    "SELECT b.id FROM batch b WHERE b.state = 'closing' AND NOT EXISTS (SELECT 1 FROM payment p"
    " WHERE p.batch_id = b.id AND (p.state IN ('sent', 'accepted')"
    " OR (p.state = 'settled' AND COALESCE(p.return_window_until, :today) >= :today))) ORDER BY b.id"
)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """By when the partner must have answered a file that was sent: else it is overdue, else a person asks.

    None where the profile has no such time, or the file was not sent.
    """

    overdue_at: datetime | None
    person_at: datetime | None


class Sent(Protocol):
    """A file out, or what a query tells of it."""

    @property
    def sent_at(self) -> str | None: ...


def deadlines(profile: Profile, file: Sent) -> Deadlines:
    """T1 and T2 of the profile, for one file."""
    if file.sent_at is None:
        return Deadlines(None, None)
    sent_at = datetime.fromisoformat(file.sent_at)
    return Deadlines(_later(sent_at, profile.acknowledgement_hours), _later(sent_at, profile.person_hours))


def _later(moment: datetime, hours: int | None) -> datetime | None:
    return None if hours is None else moment + timedelta(hours=hours)


def close(context: Context) -> list[str]:
    """Tell of unknown, overdue and unanswered files; close what is finished; returns closed batches."""
    with context.store.begin() as tx:
        for partner in context.partners.values():
            rematch(context, tx, partner)
            _tell_unknown(tx, partner)
            _mark_overdue(context, tx, partner)
            _tell_unanswered(context, tx, partner)
            awaited.tell_late(context, tx, partner)
        resolutions.end_what_is_over(tx)
        for row in tx.rows(_FINISHED_FILES):
            moves.move(tx, "file_out", row.id, FileState.CLOSED, "every payment has its end")
        for row in tx.rows(_FULLY_SENT):
            moves.move(tx, "batch", row.id, BatchState.CLOSING, "every payment is sent or has its end")
        return [_close_batch(tx, row.id) for row in tx.rows(_FULLY_PROVEN, today=context.today().isoformat())]


def _close_batch(tx: Transaction, batch_id: str) -> str:
    """With its report: the original, or a supplement when it had been opened again (S8)."""
    moves.move(tx, "batch", batch_id, BatchState.CLOSED, "every payment has its end, return windows are over")
    tx.record("system", "batch close", batch_id)
    batch_reports.issue(tx, batch_id)
    return batch_id


def _tell_unknown(tx: Transaction, partner: Partner) -> None:
    """M2: an exception for every file of which nobody knows whether it arrived, once."""
    for file in deliveries.without_exception(tx, "file_unknown", partner.code, FileState.UNKNOWN):
        evidence.raise_exception(tx, "file_unknown", partner.code, {"file": file.message_id}, file_out_id=file.id)


def _mark_overdue(context: Context, tx: Transaction, partner: Partner) -> None:
    """No answer within T1 of the profile: flagged, with an exception that names the file."""
    hours = partner.profile.acknowledgement_hours
    if hours is None:
        return
    for file in files.in_states(tx, [FileState.SENT], partner.code):
        if not file.overdue and _is_past(context, deadlines(partner.profile, file).overdue_at):
            file.overdue = True
            evidence.raise_exception(tx, "overdue", partner.code, {"hours": hours}, file_out_id=file.id)


def _tell_unanswered(context: Context, tx: Transaction, partner: Partner) -> None:
    """M2: no word within T2 of the profile goes to a person: of a whole file, and of each payment that is due."""
    hours = partner.profile.person_hours
    if hours is None:
        return
    if partner.profile.acknowledgement_hours is not None:
        _tell_unanswered_files(context, tx, partner, hours)
    due_before = (context.clock.now() - timedelta(hours=hours)).date()
    evidence.raise_for_unanswered(tx, "no_final_answer", partner.code, due_before.isoformat())


def _tell_unanswered_files(context: Context, tx: Transaction, partner: Partner, hours: int) -> None:
    for file in deliveries.without_exception(tx, "file_unanswered", partner.code, FileState.SENT):
        if _is_past(context, deadlines(partner.profile, file).person_at):
            params = {"file": file.message_id, "hours": hours}
            evidence.raise_exception(tx, "file_unanswered", partner.code, params, file_out_id=file.id)


def _is_past(context: Context, moment: datetime | None) -> bool:
    return moment is not None and moment < context.clock.now()
