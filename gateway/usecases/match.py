"""Match: what a file of a partner means for our payments and files, in sets of rows, together with its evidence.

A booked entry settles, a pain.002 rejection rejects (never a duplicate-class one), returns and reversals as the
money-safety notes define them; everything else is an exception with its reason.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from adapters.profile import Profile
from gateway.domain.calendar import add_working
from gateway.domain.states import PAYMENT_MOVES, BatchState, FileState, PaymentState
from gateway.store import answers, decisions, deliveries, evidence, files, instance, matching, moves, stops
from gateway.store.matching import again, book, references, sums
from gateway.store.store import Transaction
from gateway.store.tables import FileIn
from gateway.usecases import benefits, successors
from gateway.usecases.context import Context

_NEVER_RELEASED = (*deliveries.UNRELEASED, FileState.ALLOCATED, FileState.HELD, FileState.VOID)


@dataclass(slots=True)
class Matched:
    """What one file changed."""

    entries: int = 0
    """Entries of its statements."""
    matched: int = 0
    """Payments of ours that it speaks of."""
    moved: dict[str, int] = field(default_factory=dict)
    """Payments by the state they came to."""
    causes: list[tuple[str, str, int]] = field(default_factory=list)
    """Why payments were rejected or returned: (state they came to, reason, payments)."""
    exceptions: int = 0
    """How many it opened."""
    kinds: list[str] = field(default_factory=list)
    """Of which kinds."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why payments move: what their history says, and the received file when it is one."""

    evidence: str
    reference: str
    file_in_id: int | None


def match(context: Context, tx: Transaction, file: FileIn) -> Matched:
    """Allocate the file's entries, conclude the state of every payment it concerns, and of our files."""
    result = Matched()
    profile = context.partner(file.partner).profile
    matching.examine(tx, file.id)
    sums.recall(tx, file.id)
    recalled = references.recall(tx, file.id)
    matching.reopen(tx)
    matching.name(tx)
    if recalled:
        again.skip_allocated(tx)
    result.kinds += _booked_unreleased(tx, file)
    result.kinds += give(tx, profile)
    result.kinds += book.compare(tx, file.id, profile.book_of_record)
    result.kinds += _answer_files(tx, file)
    result.matched = matching.touch(tx, file.id)
    conclude(context, tx, Cause(f"{file.message or file.name} {file.reference}", file.reference, file.id), result)
    _acknowledge_booked(tx, file)
    _require_memory(tx, file)
    partner = stops.of_partner(file.partner)
    if "evidence_for_unsent" in result.kinds and not stops.stands(tx, partner, "evidence_for_unsent"):
        stops.put(tx, partner, "evidence_for_unsent", file.reference, "system")
    result.entries, result.exceptions = matching.counts(tx, file.id)
    return result


def give(tx: Transaction, profile: Profile) -> list[str]:
    """Give the examined entries to the payments that they name; returns the kinds of what is left over."""
    codes = sorted(profile.return_codes)
    matching.set_apart(tx)
    sums.recognise(tx)
    matching.allocate(tx, codes)
    sums.allocate(tx, codes, profile.sum_booking == "less_rejected")
    references.give_way(tx)
    references.withdraw(tx, codes)
    matching.gather(tx)
    references.give(tx, codes)
    kinds = matching.leave(tx)
    matching.dispose(tx)
    return kinds


def _require_memory(tx: Transaction, file: FileIn) -> None:
    """M15: an answer to something of ours that we do not know says that this database was set back."""
    if file.proof == "none":
        return
    known = decisions.accepted(tx)
    forgotten = [each for each in answers.forgotten(tx, file.id, instance.head(tx).instance) if each not in known]
    if forgotten:
        params: dict[str, str | int] = {"partner": file.partner, "id": forgotten[0], "count": len(forgotten)}
        instance.enter_safe_mode(tx, "answer_to_forgotten", params)


def conclude(context: Context, tx: Transaction, cause: Cause, result: Matched) -> None:
    """Move the touched payments to where all their evidence puts them, with everything that follows."""
    matching.conclude(tx)
    _open_windows(context, tx)
    for change in matching.changes(tx):
        way = _way(change.source, change.target)
        if way is None:
            matching.refused(tx, change.source, change.target, cause.file_in_id)
            result.kinds.append("evidence_for_unsent")
            continue
        for step in way:
            facts = matching.FACTS if step == way[-1] else None
            moves.move_payments(
                tx, matching.CHANGING, step, cause.evidence, facts, was=change.source, goal=change.target
            )
        result.moved[change.target] = result.moved.get(change.target, 0) + change.payments
    result.causes = [(row.state, row.reason, row.payments) for row in matching.causes(tx)]
    result.kinds += matching.odd(tx, cause.file_in_id)
    matching.write_facts(tx)
    result.kinds += successors.follow(context, tx, cause.file_in_id, cause.reference)
    result.kinds += benefits.take_back(tx, cause.reference, cause.file_in_id)
    _reopen(tx, cause.reference)


_WAYS: tuple[tuple[str, ...], ...] = (
    (),
    (PaymentState.SETTLED,),
    (PaymentState.SENT,),
    (PaymentState.SETTLED, PaymentState.SENT),
)


def _way(source: str, target: str) -> list[str] | None:
    """The legal moves from one state to another: direct, or over ``settled`` or ``sent``; None when there is none."""
    for way in _WAYS:
        steps = [source, *way, target]
        if all(after in PAYMENT_MOVES[before] for before, after in itertools.pairwise(steps)):
            return [str(step) for step in steps[1:]]
    return None


def _open_windows(context: Context, tx: Transaction) -> None:
    """Until when the money may still come back, by the partner's return window."""
    until = {}
    for day in matching.debit_days(tx):
        window = context.partner(day.partner).profile.return_window_days
        end = add_working(date.fromisoformat(day.debited_at), window, context.is_working)
        until[day.partner, day.debited_at] = end.isoformat()
    matching.open_windows(tx, until)


def _reopen(tx: Transaction, reference: str) -> None:
    """S8: a late return or reversal opens its closed batch (and file) again."""
    for batch_id in matching.reopened_batches(tx):
        moves.move(tx, "batch", batch_id, BatchState.CLOSING, f"reopened by {reference}")
    for file_id in matching.reopened_files(tx):
        moves.move(tx, "file_out", file_id, FileState.ACKNOWLEDGED, f"reopened by {reference}")


def _answer_files(tx: Transaction, file: FileIn) -> list[str]:
    """A status report acknowledges, rejects, or makes our file unknown and freezes the partner: when it says that it
    is a duplicate, and when we never released it."""
    kinds = []
    for answer in answers.answered_files(tx, file.id):
        if not answer.message_id:
            continue
        if answer.file_id is None:
            params = {"message_id": answer.message_id}
            evidence.raise_exception(tx, "status_for_unknown_message", file.partner, params, file_in_id=file.id)
            kinds.append("status_for_unknown_message")
        elif answer.state in _NEVER_RELEASED:
            evidence.raise_exception(
                tx, "status_for_unsent_message", file.partner, file_in_id=file.id, file_out_id=answer.file_id
            )
            _never_release(tx, file, answer.file_id, "status_for_unsent_message")
            kinds.append("status_for_unsent_message")
        elif answer.duplicate_class:
            kinds.append(_duplicate_rejection(tx, file, answer))
        else:
            _answer(tx, file, answer)
    for line in answers.unknown_statuses(tx, file.id):
        params = {"status": line.status, "count": line.lines}
        evidence.raise_exception(tx, "unknown_status", file.partner, params, file_in_id=file.id)
        kinds.append("unknown_status")
    for line in answers.unknown_transfers(tx, file.id):
        evidence.raise_exception(tx, "status_for_unknown_payment", line.partner, file_in_id=file.id)
        kinds.append("status_for_unknown_payment")
    return kinds


def _never_release(tx: Transaction, file: FileIn, file_id: int, code: str) -> None:
    """The partner works on what we never released: it is never sent again, and nothing else is sent to it (M9)."""
    ours = files.get(tx, file_id)
    if ours.state in deliveries.UNRELEASED:
        deliveries.count_as_released(tx, ours, f"{code} {file.reference}")
    stops.put(tx, stops.of_partner(file.partner), code, ours.message_id, "system")


def _booked_unreleased(tx: Transaction, file: FileIn) -> list[str]:
    """A booking for a file whose release we know nothing of."""
    found = deliveries.booked_unreleased(tx, file.partner, file.id)
    for ours in found:
        evidence.raise_exception(tx, "evidence_for_unsent", file.partner, file_in_id=file.id, file_out_id=ours.id)
        _never_release(tx, file, ours.id, "evidence_for_unsent")
    return ["evidence_for_unsent"] * len(found)


def _answer(tx: Transaction, file: FileIn, answer: Any) -> None:
    target = FileState.REJECTED if answer.status == "RJCT" else FileState.ACKNOWLEDGED
    if answer.state == FileState.RELEASING:
        moves.move(tx, "file_out", answer.file_id, FileState.SENT, f"pain.002 {file.reference}")
    current = files.get(tx, answer.file_id)
    overturned = current.state == FileState.ACKNOWLEDGED and target == FileState.REJECTED
    if overturned or current.state in (FileState.SENT, FileState.UNKNOWN):
        moves.move(tx, "file_out", current.id, target, f"pain.002 {file.reference}")
    tx.run("UPDATE file_out SET overdue = :no WHERE id = :id", no=False, id=current.id)


def _duplicate_rejection(tx: Transaction, file: FileIn, answer: Any) -> str:
    """Evidence that an earlier copy arrived: no payment moves, nothing more is sent, a person looks."""
    if answer.state in (FileState.SENT, FileState.ACKNOWLEDGED, FileState.REJECTED, FileState.RELEASING):
        moves.move(tx, "file_out", answer.file_id, FileState.UNKNOWN, f"duplicate-class answer {file.reference}")
    stops.put(tx, stops.of_partner(file.partner), "duplicate_rejection", answer.message_id, "system")
    evidence.raise_exception(tx, "duplicate_rejection", file.partner, file_in_id=file.id, file_out_id=answer.file_id)
    return "duplicate_rejection"


def _acknowledge_booked(tx: Transaction, file: FileIn) -> None:
    """A booking proves that our file arrived, whatever we knew of its delivery."""
    for ours in answers.booked_files(tx):
        current = files.get(tx, ours.id)
        if current.state == FileState.RELEASING:
            moves.move(tx, "file_out", ours.id, FileState.SENT, f"booked in {file.reference}")
        moves.move(tx, "file_out", ours.id, FileState.ACKNOWLEDGED, f"booked in {file.reference}")
