"""What people do about exceptions: somebody looks after one, and it ends by a resolution, never by deleting.

What concerns the state of money or the books takes two people, as a decision; everything else takes one. The table
``domain.resolutions`` says which, the database holds it, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from gateway.domain.errors import Refusal
from gateway.domain.resolutions import RESOLUTIONS, handling
from gateway.domain.states import PaymentState
from gateway.ports import PersonKey
from gateway.store import blobs, resolutions
from gateway.store.store import Transaction
from gateway.store.tables import Decision, Detail, ExceptionItem, FileIn, Payment, Resolution
from gateway.usecases import people
from gateway.usecases.context import Context
from gateway.usecases.decide import Act, Params, Proposal, params_of, propose
from gateway.usecases.match import Cause, Matched, conclude

VERB = "exception resolve"
_ALONE = people.DECIDERS | {"maker"}
"""Roles of which one is needed to end what one person may end."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What somebody found out about one exception, and what it rests on."""

    exception: int
    resolution: str
    reason: str
    payment: str | None = None
    """End-to-end id of the payment that came back."""
    evidence_name: str | None = None
    evidence: BinaryIO | None = None


def assign(context: Context, number: int, owner: str, actor: str) -> None:
    """Somebody looks after an open exception; raises ``NotAllowed`` for a person who has left."""
    with context.store.begin() as tx:
        people.require_enrolled(context, tx, owner)
        item = _open(tx, number)
        tx.record(actor, "exception assign", str(number), owner=owner, before=item.owner or "")
        item.owner = owner
        tx.session.flush()


def resolve(context: Context, finding: Finding, operator: str, key: PersonKey) -> Decision | None:
    """One person ends it, and None is returned; or the first of two proposes to, and the decision is returned."""
    if not finding.reason.strip():
        raise Refusal("reason_missing")
    with context.store.read() as tx:
        kind = _open(tx, finding.exception).kind
    _require_fit(finding.exception, kind, finding.resolution, finding.payment)
    if handling(kind).needs_evidence(finding.resolution) and finding.evidence is None:
        raise Refusal("evidence_missing", subject=str(finding.exception))
    if RESOLUTIONS[finding.resolution].people == 1:
        _alone(context, finding, operator, key)
        return None
    params = {"resolution": finding.resolution} | ({"payment": finding.payment} if finding.payment else {})
    proposal = Proposal(str(finding.exception), finding.reason, params, finding.evidence_name, finding.evidence)
    return propose(context, ResolveException(), proposal, operator, key)


def _require_fit(number: int, kind: str, resolution: str, payment: str | None) -> None:
    """The resolution is one of the kind's, and names a payment where one came back, and only there."""
    choices = handling(kind).resolutions
    if resolution not in choices:
        raise Refusal("resolution_unfit", exception=number, kind=kind, choices=", ".join(choices))
    if RESOLUTIONS[resolution].needs_payment != (payment is not None):
        raise Refusal("payment_of_return", exception=number)


def _alone(context: Context, finding: Finding, operator: str, key: PersonKey) -> None:
    with context.store.begin() as tx:
        people.acting(context, tx, operator, key, _ALONE)
        item = _open(tx, finding.exception)
        if resolutions.lasts(tx, item):
            raise Refusal("exception_lasts", exception=item.id)
        ending = _ending(tx, item, finding.resolution, finding.reason, operator)
        if finding.evidence is not None:
            ending.evidence_name = finding.evidence_name
            ending.evidence_sha256 = blobs.put(tx, finding.evidence)
        resolutions.add(tx, ending)
        signature = key.sign(_signed(context, item, ending))
        tx.record(
            operator,
            VERB,
            str(item.id),
            ending.evidence_sha256 or "",
            kind=item.kind,
            resolution=finding.resolution,
            key=key.key_id,
            signature=signature.hex(),
        )


def _signed(context: Context, item: ExceptionItem, ending: Resolution) -> bytes:
    """What one person signs."""
    fields = (context.environment, VERB, str(item.id), item.kind, ending.resolution, ending.reason)
    return "\n".join((*fields, ending.evidence_sha256 or "", ending.resolved_by)).encode()


def _ending(tx: Transaction, item: ExceptionItem, resolution: str, reason: str, person: str) -> Resolution:
    return Resolution(
        exception_id=item.id,
        resolution=resolution,
        reason=reason.strip(),
        resolved_by=person,
        resolved_at=tx.now(),
    )


def _open(tx: Transaction, number: int) -> ExceptionItem:
    item = resolutions.find(tx, number)
    if item.state != "open":
        raise Refusal("exception_ended", exception=number)
    return item


class ResolveException(Act):
    """End what concerns money or the books."""

    verb = VERB
    needs_evidence = False
    own_withdrawal = False

    def examine(self, context: Context, tx: Transaction, subject: str, params: Params) -> str:
        item = _open(tx, int(subject))
        _require_fit(item.id, item.kind, params["resolution"], params.get("payment"))
        entry = resolutions.entry_of(tx, item)
        ground = [item.kind, params["resolution"], entry.disposition if entry else ""]
        if "payment" in params:
            detail, payment = _returned(tx, item, params)
            ground += [str(detail.id), payment.state, str(payment.id)]
        return " ".join(ground)

    def execute(self, context: Context, tx: Transaction, decision: Decision) -> None:
        item, params = _open(tx, int(decision.subject)), params_of(decision)
        if handling(item.kind).needs_evidence(params["resolution"]) and decision.evidence_sha256 is None:
            raise Refusal("evidence_missing", subject=decision.subject)
        ending = _ending(tx, item, params["resolution"], decision.reason, decision.confirmed_by or "")
        ending.decision_id = decision.id
        ending.evidence_name, ending.evidence_sha256 = decision.evidence_name, decision.evidence_sha256
        if "payment" in params:
            detail, payment = _returned(tx, item, params)
            ending.payment_id = payment.id
            resolutions.allocate_return(tx, detail, payment)
        resolutions.add(tx, ending)
        if item.entry_id is not None:
            resolutions.dispose(tx, item.entry_id)
        if ending.payment_id is not None:
            _come_back(context, tx, item, ending.payment_id, decision)


def _returned(tx: Transaction, item: ExceptionItem, params: Mapping[str, str]) -> tuple[Detail, Payment]:
    """The detail and the payment that it returns in full (S5); raises ``Refusal`` where that cannot be."""
    detail, payment = resolutions.detail_of(tx, item), resolutions.payment_of(tx, params["payment"])
    if detail is None:
        raise Refusal("return_without_detail", exception=item.id)
    if payment.partner != item.partner or (payment.amount, payment.currency) != (detail.amount, detail.currency):
        raise Refusal("return_of_other_amount", exception=item.id, payment=payment.end_to_end_id)
    if payment.state != PaymentState.SETTLED:
        raise Refusal("payment_not_debited", payment=payment.end_to_end_id, state=payment.state)
    return detail, payment


def _come_back(context: Context, tx: Transaction, item: ExceptionItem, payment_id: int, decision: Decision) -> None:
    """The payment's state by all that is known of it now, in the same transaction."""
    file = tx.session.get_one(FileIn, item.file_in_id)
    resolutions.touch(tx, payment_id)
    ground = f"decision {decision.reference}: return_of in {file.reference}"
    conclude(context, tx, Cause(ground, file.reference, file.id), Matched())
