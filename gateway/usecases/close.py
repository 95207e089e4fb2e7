"""What time brings: answers that are overdue, files and batches that are finished."""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.domain.states import BatchState, FileState
from gateway.store import evidence, files, moves
from gateway.store.store import Transaction
from gateway.usecases.context import Context, Partner

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
    " OR (p.state = 'settled' AND p.return_window_until >= :today))) ORDER BY b.id"
)


def close(context: Context) -> list[str]:
    """Mark overdue files; close finished files and batches (after the return window); returns closed batches."""
    with context.store.begin() as tx:
        for partner in context.partners.values():
            _mark_overdue(context, tx, partner)
            _mark_unanswered(context, tx, partner)
        for row in tx.rows(_FINISHED_FILES):
            moves.move(tx, "file_out", row.id, FileState.CLOSED, "every payment has its end")
        for row in tx.rows(_FULLY_SENT):
            moves.move(tx, "batch", row.id, BatchState.CLOSING, "every payment is sent or has its end")
        return [_close_batch(tx, row.id) for row in tx.rows(_FULLY_PROVEN, today=context.today().isoformat())]


def _close_batch(tx: Transaction, batch_id: str) -> str:
    moves.move(tx, "batch", batch_id, BatchState.CLOSED, "every payment has its end, return windows are over")
    tx.record("system", "batch close", batch_id)
    return batch_id


def _mark_overdue(context: Context, tx: Transaction, partner: Partner) -> None:
    """No answer within T1 of the profile: flagged, with an exception that names the file."""
    hours = partner.profile.acknowledgement_hours
    if hours is None:
        return
    limit = context.clock.now() - timedelta(hours=hours)
    for file in files.in_states(tx, [FileState.SENT], partner.code):
        if not file.overdue and file.sent_at and datetime.fromisoformat(file.sent_at) < limit:
            file.overdue = True
            evidence.raise_exception(tx, "overdue", partner.code, {"hours": hours}, file_out_id=file.id)


def _mark_unanswered(context: Context, tx: Transaction, partner: Partner) -> None:
    """M2: released, due, and no final word of the partner within T2 of the profile: each payment goes to a person."""
    hours = partner.profile.person_hours
    if hours is not None:
        due_before = (context.clock.now() - timedelta(hours=hours)).date()
        evidence.raise_for_unanswered(tx, "no_final_answer", partner.code, due_before.isoformat())
