"""Enrol people, give them roles, revoke them: decisions of two admins, which are the statements people follow from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from gateway.domain.errors import Refusal, Tampered
from gateway.domain.identifiers import is_operator_name
from gateway.domain.people import ADD, ADMIN, REVOKE, ROLE, Person, Root, Signed, after, key_id_of
from gateway.ports import PersonKey
from gateway.store import batches
from gateway.store.store import Transaction
from gateway.store.tables import Decision, Operator
from gateway.usecases import people
from gateway.usecases.context import Context
from gateway.usecases.decide import Act, Params, Proposal, confirm_in, propose_in

ADOPTED = "operator adopt"
"""In the record: of somebody whose row was there before there were pinned admins."""


class _Stated(Act):
    """A statement about one person."""

    needs_evidence = False
    own_withdrawal = False
    proposers = deciders = frozenset({ADMIN})

    def examine(self, context: Context, tx: Transaction, subject: str, params: Params) -> str:
        """What it rests on; the statement after it must rest on it, so that one is made after the other."""
        batches.hold_operators(tx)
        known = people.followed(context, tx)
        after(known, self.verb, subject, params, Signed("", b"", b""))
        return known.ground(subject, params)

    def execute(self, context: Context, tx: Transaction, decision: Decision) -> None:
        person = people.followed(context, tx).everybody[decision.subject]
        tx.record(
            decision.confirmed_by or "",
            self.write(tx, person),
            person.name,
            roles=_spelled(person.roles),
            key=person.key_id,
            decision=decision.reference,
        )

    def write(self, tx: Transaction, person: Person) -> str:
        """Bring the row of the person to what the statements say now; returns what was done, for the record."""
        row = batches.operator(tx, person.name)
        row.roles = _spelled(person.roles)
        row.revoked_at = tx.now() if person.revoked else None
        tx.session.flush()
        return self.verb


class Add(_Stated):
    """Somebody new; or somebody who was enrolled before there were pinned admins, with the key of that time."""

    verb = ADD

    def examine(self, context: Context, tx: Transaction, subject: str, params: Params) -> str:
        if not is_operator_name(subject):
            raise Refusal("operator_name_unfit", operator=subject)
        row = tx.session.get(Operator, subject)
        if row is not None and (row.public_key, row.roles) != (params["public_key"], params["roles"]):
            raise Refusal("operator_exists", operator=subject)
        return super().examine(context, tx, subject, params)

    def write(self, tx: Transaction, person: Person) -> str:
        if tx.session.get(Operator, person.name) is not None:
            return ADOPTED
        add_row(tx, person.name, person.public_key, person.roles)
        return self.verb


class Role(_Stated):
    """Other roles from now on."""

    verb = ROLE

    def examine(self, context: Context, tx: Transaction, subject: str, params: Params) -> str:
        if not set(params["kept"].split()) <= set(batches.signed_by(tx, subject)):
            raise Refusal("kept_unsigned", operator=subject)
        return super().examine(context, tx, subject, params)


class Revoke(Role):
    """Nothing that the person signs from now on counts."""

    verb = REVOKE


STATED: Mapping[str, Act] = {act.verb: act for act in (Add(), Role(), Revoke())}


def added(name: str, roles: Iterable[str], public_key: str, reason: str) -> Proposal:
    """That somebody is enrolled with this key."""
    params = {"key_id": key_id_of(public_key), "public_key": public_key, "roles": _spelled(roles)}
    return Proposal(name, reason, params)


def require_new(context: Context, name: str) -> None:
    """Before a key is made: raises ``Refusal`` for a name that is taken or unfit, or before the key ceremony."""
    with context.store.read() as tx:
        if name in people.followed(context, tx).everybody:
            raise Refusal("operator_exists", operator=name)
    if not is_operator_name(name):
        raise Refusal("operator_name_unfit", operator=name)


def changed(context: Context, name: str, reason: str, void: bool, roles: Iterable[str] = ()) -> Proposal:
    """That somebody has other roles, or without ``roles`` none any more; ``void``: and nothing signed before stands."""
    with context.store.read() as tx:
        batches.operator(tx, name)
        kept = () if void else batches.signed_by(tx, name)
    params = {"kept": " ".join(kept)} | ({"roles": _spelled(roles)} if roles else {})
    return Proposal(name, reason, params)


def together(
    context: Context, tx: Transaction, verb: str, proposal: Proposal, admins: Collection[tuple[str, PersonKey]]
) -> Decision:
    """Both admins at once, in one transaction; raises ``Refusal`` where they would not both sign."""
    (first, first_key), (second, second_key) = admins
    proposed = propose_in(context, tx, STATED[verb], proposal, first, first_key)
    decision = confirm_in(context, tx, STATED, proposed.reference, second, second_key)
    if decision.state != "executed":
        raise Tampered("decision_not_genuine", decision=decision.reference)
    return decision


def add_roots(tx: Transaction, roots: Iterable[Root]) -> None:
    """Rows for the admins of the key ceremony, who need no statement; who has one already must have just this one."""
    for root in roots:
        row = tx.session.get(Operator, root.name)
        if row is None:
            add_row(tx, root.name, root.public_key, {ADMIN})
            tx.record("system", ADD, root.name, roles=ADMIN, key=key_id_of(root.public_key))
        elif (row.public_key, row.roles, row.revoked_at) != (root.public_key, ADMIN, None):
            raise Refusal("root_is_other", operator=root.name)


def add_row(tx: Transaction, name: str, public_key: str, roles: Iterable[str]) -> None:
    tx.session.add(
        Operator(
            name=name,
            key_id=key_id_of(public_key),
            public_key=public_key,
            roles=_spelled(roles),
            enrolled_at=tx.now(),
        )
    )
    tx.session.flush()


def _spelled(roles: Iterable[str]) -> str:
    return ",".join(sorted(set(roles)))
