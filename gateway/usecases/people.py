"""Who may act: enrolled, not revoked, with the role, and with the key that is enrolled."""

from __future__ import annotations

from collections.abc import Collection

from gateway.domain.errors import NotAllowed
from gateway.ports import PersonKey
from gateway.store import batches
from gateway.store.store import Transaction
from gateway.store.tables import Operator

DECIDERS = frozenset({"checker", "releaser", "admin"})
"""Roles of which one is needed to propose or confirm a decision."""


def may(person: Operator, roles: Collection[str] | None) -> bool:
    """Enrolled still, and with one of the roles when any is needed."""
    return not person.revoked_at and (roles is None or not set(roles).isdisjoint(person.roles.split(",")))


def acting(tx: Transaction, operator: str, key: PersonKey, roles: Collection[str] | None) -> Operator:
    """The person who acts now; raises ``NotAllowed`` without a role or with a key that is not enrolled."""
    person = batches.operator(tx, operator)
    if not may(person, roles):
        raise NotAllowed("role_missing", operator=operator, role=" / ".join(sorted(roles or ())))
    if key.key_id != person.key_id:
        raise NotAllowed("key_not_enrolled", operator=operator)
    return person
