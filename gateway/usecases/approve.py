"""Submit, approve, reject, cancel: signed acts of people over the content digest of a batch (M11, M12)."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.domain import bundles
from gateway.domain.approvals import Missing, Required, required
from gateway.domain.errors import ApprovalVoid, NotAllowed, Refusal, Tampered
from gateway.domain.people import Person
from gateway.domain.schedule import is_open
from gateway.domain.states import BatchState, PaymentState, require_legal
from gateway.ports import PersonKey
from gateway.store import batches, gates, moves
from gateway.store.store import Transaction
from gateway.store.tables import Approval, Batch
from gateway.usecases import amended, people, signals
from gateway.usecases.context import Context

VERBS = {role: act for act, role in bundles.SIGNERS.items()}
"""What somebody signs in which role."""


@dataclass(frozen=True, slots=True)
class Decided:
    """The batch after the act; ``approvals`` are the names that stand under its content."""

    batch: Batch
    approvals: list[str]
    required: Required
    missing: Missing


def submit(context: Context, batch_id: str, operator: str, key: PersonKey) -> Decided:
    """The maker hands the batch over to the checkers; the rules of this moment say who must sign."""
    with context.store.begin() as tx:
        needed = _required_now(context, batches.claim(tx, batch_id))
        batch = _act(context, tx, batch_id, "submit", operator, key, role="maker", needed=needed)
        if operator != batch.maker:
            raise NotAllowed("not_the_maker", operator=operator, batch=batch.id)
        moves.move(tx, "batch", batch.id, BatchState.SUBMITTED, f"submitted by {operator}")
        batches.require_people(tx, batch.id, needed)
        return _decided(tx, batch)


def _required_now(context: Context, batch: Batch) -> Required:
    hours = context.business_hours
    in_hours = hours is None or is_open(hours, context.clock.now(), context.is_working)
    return required(batch.amount, batch.approvals_required, context.approval_rules, in_hours)


def approve(context: Context, batch_id: str, operator: str, key: PersonKey) -> Decided:
    """One checker's approval; the last signature that is required approves the batch and its payments."""
    with context.store.begin() as tx:
        batch = _act(context, tx, batch_id, "approve", operator, key, role="checker")
        require_legal("batch", batch.state, BatchState.APPROVED, batch.id)
        return _signed(context, tx, batch, operator, key, "checker")


def release(context: Context, batch_id: str, operator: str, key: PersonKey) -> Decided:
    """The releaser's signature, where one is required: of somebody who is neither maker nor checker of the batch."""
    with context.store.begin() as tx:
        batch = _act(context, tx, batch_id, "release", operator, key, role="releaser")
        require_legal("batch", batch.state, BatchState.APPROVED, batch.id)
        if not batches.required(tx, batch).releaser:
            raise Refusal("release_not_required", batch=batch.id)
        if count := batches.missing(tx, batch).checkers:
            raise Refusal("release_before_checkers", batch=batch.id, count=count)
        return _signed(context, tx, batch, operator, key, "releaser")


def _signed(context: Context, tx: Transaction, batch: Batch, operator: str, key: PersonKey, role: str) -> Decided:
    _add_approval(context, tx, batch, operator, key, role)
    signals.require_acknowledged(context, tx, batch, operator)
    if not batches.missing(tx, batch):
        names = ", ".join(sorted(approval.approver for approval, _ in batches.approvals(tx, batch.id)))
        moves.move(tx, "batch", batch.id, BatchState.APPROVED, f"approved by {names}")
        _approve_payments(tx, batch, f"approved by {names}")
    return _decided(tx, batch)


def reject(context: Context, batch_id: str, operator: str, key: PersonKey) -> Decided:
    """A checker refuses the batch; its payments are cancelled and may be imported anew."""
    with context.store.begin() as tx:
        batch = _act(context, tx, batch_id, "reject", operator, key, role="checker")
        moves.move(tx, "batch", batch.id, BatchState.REJECTED, f"rejected by {operator}")
        _cancel_payments(tx, batch, f"rejected by {operator}")
        return _decided(tx, batch)


def cancel(context: Context, batch_id: str, operator: str, key: PersonKey) -> Decided:
    """Take a batch back before any file is made (M13: afterwards it is a recall)."""
    with context.store.begin() as tx:
        batch = _act(context, tx, batch_id, "cancel", operator, key, role=None)
        moves.move(tx, "batch", batch.id, BatchState.CANCELLED, f"cancelled by {operator}")
        _cancel_payments(tx, batch, f"cancelled by {operator}")
        return _decided(tx, batch)


def require_approved(context: Context, tx: Transaction, batch: Batch) -> None:
    """M12: enough valid signatures over the content as its rows are now; raises ``ApprovalVoid``."""
    if batches.content_digest(tx, batch) != batch.content_sha256:
        raise ApprovalVoid("approval_void", batch=batch.id, reason="content_changed")
    require_signatures(context, tx, batch)


def require_signatures(context: Context, tx: Transaction, batch: Batch, *, past: bool = False) -> None:
    """Enough valid signatures of other people over the batch's digest; raises ``ApprovalVoid``.

    Whose they are, and with which key and role, is what the statements of admins say, and the rows must agree (M11).
    ``past``: as of then, whatever roles people have lost since; nothing may be sent on that.
    """
    approvals, needed = batches.approvals(tx, batch.id), batches.stated_requirement(tx, batch.id)
    for approval, _ in approvals:
        person = _approver(context, tx, batch, approval.approver)
        verb = VERBS[approval.role]
        signed = _statement(context, batch, verb, approval.approver, batch.content_sha256 or b"", needed)
        genuine = context.verify_person(person.public_key, signed, approval.signature)
        counts = past or person.counts(approval.role, batch.id)
        if not genuine or approval.approver == batch.maker or not counts:
            raise ApprovalVoid("approval_void", batch=batch.id, reason="signature_invalid", operator=approval.approver)
    if batches.missing(tx, batch):
        raise ApprovalVoid("approval_void", batch=batch.id, reason="too_few", approvals=len(approvals))
    amended.require(context, tx, batch)


def _approver(context: Context, tx: Transaction, batch: Batch, name: str) -> Person:
    try:
        return people.known(context, tx, name)
    except Tampered as error:
        raise ApprovalVoid("approval_void", batch=batch.id, reason=error.code, operator=name) from None


def _act(
    context: Context,
    tx: Transaction,
    batch_id: str,
    verb: str,
    operator: str,
    key: PersonKey,
    role: str | None,
    needed: Required | None = None,
) -> Batch:
    """Check the person, the key and the content, and record the signed act; ``needed`` is stated here first."""
    batch = batches.claim(tx, batch_id)
    if batch.content_sha256 is None:
        raise Refusal("batch_invalid", batch=batch.id)
    people.acting(context, tx, operator, key, None if role is None else {role})
    content = batches.content_digest(tx, batch)
    if content != batch.content_sha256:
        raise ApprovalVoid("approval_void", batch=batch.id, reason="content_changed")
    needed = needed or batches.stated_requirement(tx, batch.id)
    signature = key.sign(_statement(context, batch, verb, operator, content, needed))
    told = {"key": key.key_id, "required": needed.text if needed else "", "signature": signature.hex()}
    tx.record(operator, f"batch {verb}", batch.id, content.hex(), **told)
    return batch


def _statement(
    context: Context, batch: Batch, verb: str, operator: str, content: bytes, needed: Required | None
) -> bytes:
    told = needed.text if needed else ""
    return bundles.statement_of(batch.id, content.hex(), context.environment, operator, verb, told)


def _add_approval(context: Context, tx: Transaction, batch: Batch, operator: str, key: PersonKey, role: str) -> None:
    """The database refuses the maker and a second approval by the same person."""
    content, batch_id, maker = batch.content_sha256 or b"", batch.id, batch.maker
    needed = batches.stated_requirement(tx, batch.id)
    approval = Approval(
        batch_id=batch_id,
        approver=operator,
        maker=maker,
        role=role,
        content_sha256=content,
        key_id=key.key_id,
        signature=key.sign(_statement(context, batch, VERBS[role], operator, content, needed)),
        approved_at=tx.now(),
    )
    if not batches.add_approval(tx, approval):
        code = "maker_cannot_approve" if operator == maker else "already_approved"
        raise NotAllowed(code, operator=operator, batch=batch_id)


def _approve_payments(tx: Transaction, batch: Batch, evidence: str) -> None:
    """What is held stays held, whoever approves its batch, and would come back approved."""
    selection = "t.batch_id = :batch AND t.state = 'ready'"
    moves.move_payments(tx, selection, PaymentState.APPROVED, evidence, batch=batch.id)
    tx.run("UPDATE payment SET held_from = 'approved' WHERE batch_id = :batch AND state = 'held'", batch=batch.id)


def _cancel_payments(tx: Transaction, batch: Batch, evidence: str) -> None:
    selection = "t.batch_id = :batch AND t.state <> 'cancelled'"
    moves.move_payments(tx, selection, PaymentState.CANCELLED, evidence, batch=batch.id)
    tx.run("UPDATE payment SET holds_key = :no WHERE batch_id = :batch", no=False, batch=batch.id)
    gates.let_go(tx, batch.id)


def _decided(tx: Transaction, batch: Batch) -> Decided:
    tx.session.refresh(batch)
    names = [approval.approver for approval, _ in batches.approvals(tx, batch.id)]
    return Decided(batch, names, batches.required(tx, batch), batches.missing(tx, batch))
