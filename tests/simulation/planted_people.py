"""Planted bugs of people: what the database says of them is believed (M11)."""

from __future__ import annotations

from typing import Any

from gateway.domain.people import Person
from gateway.store import batches
from gateway.usecases import people
from simulation.patches import Patch, bug


@bug
def rows_of_people_are_believed(patch: Patch) -> None:
    """Key and roles are those of the row, whatever admins have signed."""

    def known(_context: Any, tx: Any, name: str) -> Person:
        row = batches.operator(tx, name)
        return Person(name, row.public_key, frozenset(row.roles.split(",")), "", row.revoked_at is not None)

    patch.set(people, "known", known)


@bug
def statements_about_people_are_not_verified(patch: Patch) -> None:
    """A statement counts when it is there and in its place, whoever signed it."""
    before = people.follow
    patch.set(people, "follow", lambda roots, made, _genuine: before(roots, made, _anything))


def _anything(_key: str, _data: bytes, _signature: bytes) -> bool:
    return True
