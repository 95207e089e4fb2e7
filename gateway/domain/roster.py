"""States of the roster's acts and of what a person must look at."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class ChangeKind(StrEnum):
    """What changed the roster."""

    FILE = "file"
    """A list was imported, or an answer of the population registry or of a bank was taken."""
    ITEM = "item"
    """Somebody ended a work item."""


class ItemState(StrEnum):
    """Of a work item."""

    OPEN = "open"
    ACCEPTED = "accepted"
    """Somebody looked, and the list is right."""
    STOPPED = "stopped"
    """Somebody looked, and the entitlement ended."""
    GONE = "gone"
    """A later list no longer shows it."""


ITEM_MOVES: Mapping[ItemState, frozenset[ItemState]] = {
    ItemState.OPEN: frozenset({ItemState.ACCEPTED, ItemState.STOPPED, ItemState.GONE}),
    ItemState.ACCEPTED: frozenset(),
    ItemState.STOPPED: frozenset(),
    ItemState.GONE: frozenset(),
}


class RegistryResult(StrEnum):
    """What the population registry says of one person."""

    CONFIRMED = "confirmed"
    NAME_DIFFERS = "name_differs"
    BIRTH_DIFFERS = "birth_differs"
    DECEASED = "deceased"
    MOVED = "moved"
    UNKNOWN = "unknown"


JUDGED = frozenset(
    {
        *("absent_in_list", "alike", "beneficiary_id_place_unknown", "birth_too_long_ago", "birth_year_differs"),
        *("in_two_communes", "name_changed", "repeated_row", "resumed_in_list", "sex_differs"),
        *("registry_birth_differs", "registry_name_differs", "account_mismatch"),
    }
)
"""Findings that somebody may say are right as they are; all others that block need a corrected list."""


BY_TWO = frozenset({"registry_deceased", "registry_moved"})
"""Findings that two people act on (``chitra population settle``), and nobody alone."""


def may_be_accepted(code: str, blocking: bool) -> bool:
    return not blocking or code in JUDGED
