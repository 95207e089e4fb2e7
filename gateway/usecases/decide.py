"""Decide: acts that need two people. The first proposes and signs, the second confirms and signs; only then it is done.

A decision binds the state it was made on: when that has changed by the time of the second signature, the decision
lapses and nothing is done (money-safety notes, "Four-eyes verbs").
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import BinaryIO, Protocol

from gateway.domain.errors import NotAllowed, Refusal, Tampered
from gateway.domain.key_life import plain_fingerprint
from gateway.domain.people import People
from gateway.ports import PersonKey
from gateway.store import blobs, decisions
from gateway.store.store import Transaction
from gateway.store.tables import Decision
from gateway.usecases import people
from gateway.usecases.context import Context
from gateway.usecases.signed import statement_of

Params = Mapping[str, str]


class Act(Protocol):
    """What is done when two people agree."""

    verb: str
    needs_evidence: bool
    """Whether a document must be given: the partner's word."""
    own_withdrawal: bool
    """Whether nobody but the first person may take it back, since something is done again once it is gone."""
    proposers: Collection[str] = people.DECIDERS
    """Roles of which the first person needs one."""
    deciders: Collection[str] = people.DECIDERS
    """Roles of which the second person needs one, and whoever takes the proposal back."""

    types_fingerprint: bool = False
    """Whether both people must type the ``fingerprint``, each from paper."""
    reads_document: bool = False
    """Whether the document says what is to be done: its digest and name become parameters that both people sign."""

    def examine(self, context: Context, tx: Transaction, subject: str, params: Params) -> str:
        """The state the act rests on, as text that changes when that state does; raises when it cannot be done."""

    def admit(self, tx: Transaction, decision: Decision, operator: str) -> None:
        """Raises ``NotAllowed`` for somebody who, for this act, cannot be the second person."""
        return

    def execute(self, context: Context, tx: Transaction, decision: Decision) -> None:
        """Do it, in the transaction of the second signature."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the first person wants done, why, and what it rests on."""

    subject: str
    reason: str
    params: Params = field(default_factory=dict)
    evidence_name: str | None = None
    evidence: BinaryIO | None = None
    """A seekable file, such as the partner's letter; kept for ever."""


def propose(context: Context, act: Act, proposal: Proposal, operator: str, key: PersonKey) -> Decision:
    """The first person's signature; raises ``Refusal`` when the act cannot be done or is proposed already."""
    if not proposal.reason.strip():
        raise Refusal("reason_missing")
    if act.needs_evidence and proposal.evidence is None:
        raise Refusal("evidence_missing", subject=proposal.subject)
    with context.store.begin() as tx:
        return propose_in(context, tx, act, proposal, operator, key)


def propose_in(
    context: Context, tx: Transaction, act: Act, proposal: Proposal, operator: str, key: PersonKey
) -> Decision:
    """The same in a transaction of the caller's."""
    people.acting(context, tx, operator, key, act.proposers)
    if waiting := decisions.open_one(tx, act.verb, proposal.subject):
        raise Refusal("decision_open", decision=waiting, subject=proposal.subject)
    sha256 = blobs.put(tx, proposal.evidence) if proposal.evidence else None
    if act.reads_document:
        proposal = _with_document(proposal, sha256)
    examined = act.examine(context, tx, proposal.subject, proposal.params)
    decision = _decision(tx, act, proposal, digest(examined), operator, key)
    decision.evidence_sha256 = sha256
    decision.proposal = key.sign(statement_of(context.environment, decision, "propose", operator))
    decisions.add(tx, decision)
    tx.record(operator, "decision propose", decision.reference, act=act.verb, about=proposal.subject)
    return decision


def _with_document(proposal: Proposal, sha256: str | None) -> Proposal:
    told = {"document": sha256 or "", "name": proposal.evidence_name or ""}
    return replace(proposal, params={**proposal.params, **told})


def confirm(
    context: Context,
    acts: Mapping[str, Act],
    reference: str,
    operator: str,
    key: PersonKey,
    fingerprint: str | None = None,
) -> Decision:
    """The second person's signature: executed, or lapsed when the state is no longer the one it was made on.

    Some acts want a ``fingerprint`` from both people; without it, or with another one, nothing happens. Raises
    ``Tampered`` when the first signature does not hold; that decision has lapsed, too.
    """
    with context.store.begin() as tx:
        _require_typed(acts, tx, reference, fingerprint)
        decision = confirm_in(context, tx, acts, reference, operator, key)
    if decision.lapse == "decision_not_genuine":
        raise Tampered("decision_not_genuine", decision=reference)
    return decision


def confirm_in(
    context: Context, tx: Transaction, acts: Mapping[str, Act], reference: str, operator: str, key: PersonKey
) -> Decision:
    """The same in a transaction of the caller's; a first signature that does not hold is its ``lapse``."""
    decision = _claimed(context, acts, tx, reference, operator, key)
    if decision.proposed_by == operator:
        raise NotAllowed("second_person_needed", operator=operator, decision=reference)
    act = acts[decision.verb]
    act.admit(tx, decision, operator)
    genuine = _is_genuine(context, tx, act, decision)
    lapse = _lapse_code(context, tx, act, decision) if genuine else "decision_not_genuine"
    if lapse:
        decisions.end(tx, decision, "lapsed", lapse=lapse)
        tx.record("system", "decision lapse", reference, why=lapse)
    else:
        _execute(context, tx, act, decision, operator, key)
    return decision


def _require_typed(acts: Mapping[str, Act], tx: Transaction, reference: str, fingerprint: str | None) -> None:
    """Both people read it from paper, each for themselves; spelled as each likes."""
    decision = decisions.find(tx, reference)
    if not acts[decision.verb].types_fingerprint:
        return
    if fingerprint is None:
        raise Refusal("fingerprint_missing", decision=decision.reference)
    if plain_fingerprint(fingerprint) != plain_fingerprint(params_of(decision)["fingerprint"]):
        raise Refusal("fingerprint_differs", decision=decision.reference)


def withdraw(context: Context, acts: Mapping[str, Act], reference: str, operator: str, key: PersonKey) -> Decision:
    """Nothing is done, and the matter may be proposed anew; one person who may decide is enough.

    Raises ``NotAllowed`` for somebody else's proposal that holds a file back: it would be sent (M1).
    """
    with context.store.begin() as tx:
        decision = _claimed(context, acts, tx, reference, operator, key, withdrawn=True)
        if acts[decision.verb].own_withdrawal and decision.proposed_by != operator:
            raise NotAllowed("withdrawal_of_another", decision=reference, operator=decision.proposed_by)
        decisions.end(tx, decision, "lapsed", lapse="withdrawn")
        signature = key.sign(statement_of(context.environment, decision, "withdraw", operator))
        tx.record(operator, "decision withdraw", reference, key=key.key_id, signature=signature.hex())
        return decision


def _claimed(
    context: Context,
    acts: Mapping[str, Act],
    tx: Transaction,
    reference: str,
    operator: str,
    key: PersonKey,
    *,
    withdrawn: bool = False,
) -> Decision:
    """A decision that waits, held for a person who may decide; who may propose it may take it back, too."""
    decision = decisions.claim(tx, reference)
    act = acts[decision.verb]
    people.acting(context, tx, operator, key, {*act.deciders, *(act.proposers if withdrawn else ())})
    if decision.state != "proposed":
        raise Refusal("decision_ended", decision=reference, state=decision.state)
    return decision


def _execute(context: Context, tx: Transaction, act: Act, decision: Decision, operator: str, key: PersonKey) -> None:
    signature = key.sign(statement_of(context.environment, decision, "confirm", operator))
    decisions.end(tx, decision, "executed", confirmed_by=operator, confirmed_key=key.key_id, confirmation=signature)
    tx.record(operator, "decision confirm", decision.reference, act=decision.verb, about=decision.subject)
    act.execute(context, tx, decision)


def params_of(decision: Decision) -> dict[str, str]:
    """The act's parameters as they were signed."""
    return dict(json.loads(decision.params))


def _decision(
    tx: Transaction, act: Act, proposal: Proposal, precondition: str, operator: str, key: PersonKey
) -> Decision:
    number, reference = decisions.reference(tx)
    return Decision(
        id=number,
        reference=reference,
        verb=act.verb,
        subject=proposal.subject,
        params=json.dumps(dict(proposal.params), sort_keys=True, ensure_ascii=False),
        reason=proposal.reason.strip(),
        evidence_name=proposal.evidence_name,
        precondition=precondition,
        state="proposed",
        proposed_by=operator,
        proposed_key=key.key_id,
        proposed_at=tx.now(),
        proposal=b"",
    )


def _lapse_code(context: Context, tx: Transaction, act: Act, decision: Decision) -> str | None:
    """Why it must not be done any more; None when nothing has changed."""
    try:
        examined = act.examine(context, tx, decision.subject, params_of(decision))
    except Refusal as refusal:
        return refusal.code
    if digest(examined) == decision.precondition:
        return None
    return "state_changed"


def _is_genuine(context: Context, tx: Transaction, act: Act, decision: Decision) -> bool:
    """The first signature is the proposer's, who may still decide."""
    proposer = people.known(context, tx, decision.proposed_by)
    statement = statement_of(context.environment, decision, "propose", decision.proposed_by)
    genuine = context.verify_person(proposer.public_key, statement, decision.proposal)
    return genuine and proposer.may(act.proposers)


def is_signed(context: Context, known: People, acts: Mapping[str, Act], decision: Decision) -> bool:
    """Whether both signatures that a decision bears are genuine, whatever may have become of the people since."""
    return decision.verb in acts and bears_signatures(context, known, decision)


def bears_signatures(context: Context, known: People, decision: Decision) -> bool:
    """The same of an act that is known."""
    signatures = [("propose", decision.proposed_by, decision.proposal)]
    if decision.state == "executed":
        signatures.append(("confirm", decision.confirmed_by or "", decision.confirmation or b""))
    return all(
        name in known.everybody
        and context.verify_person(
            known.everybody[name].public_key, statement_of(context.environment, decision, step, name), signature
        )
        for step, name, signature in signatures
    )


def digest(text: str) -> str:
    """Of the state that a decision rests on, as its act tells it."""
    return hashlib.sha256(text.encode()).hexdigest()
