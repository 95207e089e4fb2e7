"""Who may act: enrolled by statements that lead to the pinned root admins, not revoked, with the role and the own key.

What the rows of people say is only compared (M11): a row that differs from the statements is an alarm.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from gateway.domain.errors import NotAllowed, NotConfigured, Tampered
from gateway.domain.people import VERBS, People, Person, Signed, Statement, follow
from gateway.ports import PersonKey
from gateway.store import batches, browse, decisions
from gateway.store.discrepancy import Discrepancy
from gateway.store.store import Transaction
from gateway.store.tables import Decision
from gateway.usecases.context import Context
from gateway.usecases.signed import statement_of

DECIDERS = frozenset({"checker", "releaser", "admin"})
"""Roles of which one is needed to propose or confirm a decision."""


def followed(context: Context, tx: Transaction) -> People:
    """Everybody by the statements; raises ``NotConfigured`` without pinned admins, ``Tampered`` where one is broken.

    Signatures are verified once for the same statements in the life of a process.
    """
    roots = context.roots()
    if not roots:
        raise NotConfigured("roots_missing")
    made = decisions.executed(tx, VERBS)
    return follow(roots, tuple(_statement(context, each) for each in made), context.verify_person)


def _statement(context: Context, made: Decision) -> Statement:
    return Statement(
        reference=made.reference,
        verb=made.verb,
        subject=made.subject,
        params=made.params,
        precondition=made.precondition,
        first=_signed(context, made, "propose", made.proposed_by, made.proposal),
        second=_signed(context, made, "confirm", made.confirmed_by or "", made.confirmation or b""),
    )


def _signed(context: Context, made: Decision, step: str, operator: str, signature: bytes) -> Signed:
    return Signed(operator, statement_of(context.environment, made, step, operator), bytes(signature))


def known(context: Context, tx: Transaction, name: str) -> Person:
    """The person by the statements; raises ``Tampered`` when the row says something else."""
    row = batches.operator(tx, name)
    person = followed(context, tx).everybody.get(name)
    if person is None or not _agrees(row, person):
        raise Tampered("person_differs", operator=name)
    return person


def _agrees(row: Any, person: Person) -> bool:
    said = (row.public_key, row.key_id, frozenset(row.roles.split(",")), row.revoked_at is not None)
    return said == (person.public_key, person.key_id, person.roles, person.revoked)


def require(context: Context, tx: Transaction, name: str, roles: Collection[str]) -> Person:
    """Somebody with one of the roles; raises ``NotAllowed``."""
    person = known(context, tx, name)
    if not person.may(roles):
        raise NotAllowed("role_missing", operator=name, role=" / ".join(sorted(roles)))
    return person


def require_enrolled(context: Context, tx: Transaction, name: str) -> Person:
    """Somebody who has not left; raises ``NotAllowed``."""
    person = known(context, tx, name)
    if person.revoked:
        raise NotAllowed("operator_revoked", operator=name)
    return person


def acting(context: Context, tx: Transaction, name: str, key: PersonKey, roles: Collection[str] | None) -> Person:
    """The person who acts now; raises ``NotAllowed`` without a role or with a key that is not enrolled."""
    person = require_enrolled(context, tx, name) if roles is None else require(context, tx, name, roles)
    if key.key_id != person.key_id:
        raise NotAllowed("key_not_enrolled", operator=name)
    return person


def differences(context: Context, tx: Transaction) -> Iterator[Discrepancy]:
    """People whose row is not what the statements say, or of whom only one of the two knows."""
    try:
        everybody = followed(context, tx).everybody
    except Tampered as broken:
        yield Discrepancy("people_differ", f"decision {broken.params.get('decision', '-')}", "", broken.code)
        return
    rows = {row.name: row for row in browse.operators(tx)}
    for name in sorted(rows.keys() | everybody.keys()):
        row, person = rows.get(name), everybody.get(name)
        if row is None or person is None or not _agrees(row, person):
            yield Discrepancy("people_differ", f"operator {name}", _told(person), _shown(row))


def _told(person: Person | None) -> str:
    if person is None:
        return "-"
    return f"{person.key_id} {','.join(sorted(person.roles))}{' revoked' if person.revoked else ''}"


def _shown(row: Any) -> str:
    return "-" if row is None else f"{row.key_id} {row.roles}{' revoked' if row.revoked_at else ''}"
