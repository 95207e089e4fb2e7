"""The statements by which people follow from the root admins, as a proof shows them: theirs and no others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.domain.people import ADD, ROLE
from gateway.store import decisions
from gateway.store.store import Transaction
from gateway.store.tables import Decision
from gateway.usecases.context import Context
from gateway.usecases.signed import told

Fields = dict[str, Any]


def shown(context: Context, tx: Transaction, until: Mapping[str, str]) -> Fields:
    """The root admins, and how each person came to key and roles; ``until`` is when somebody's signature was given."""
    roots = {root.name: root.public_key for root in context.roots()}
    needed = _needed(decisions.executed(tx, (ADD, ROLE)), dict(until))
    return {"roots": roots, "statements": [_fields(each) for each in _in_order(needed, set(roots))]}


def _needed(made: Sequence[Decision], until: dict[str, str]) -> list[Decision]:
    """Those about the people, about the admins who signed these, and so on. An enrolment counts whenever it was made:
    somebody may have signed before there were root admins.
    """
    found: dict[int, Decision] = {}
    while new := [each for each in made if each.id not in found and _counts(each, until)]:
        for each in new:
            found[each.id] = each
            for admin in (each.proposed_by, each.confirmed_by or ""):
                until[admin] = max(until.get(admin, ""), each.ended_at or "")
    return [found[number] for number in sorted(found)]


def _counts(made: Decision, until: Mapping[str, str]) -> bool:
    if made.subject not in until:
        return False
    return made.verb == ADD or (made.ended_at or "") <= until[made.subject]


def _in_order(waiting: list[Decision], known: set[str]) -> list[Decision]:
    """Each behind those that made its signers admins, and its person known."""
    found: list[Decision] = []
    while waiting:
        following = next(each for each in waiting if _follows(each, known))
        waiting.remove(following)
        found.append(following)
        known.add(following.subject)
    return found


def _follows(made: Decision, known: set[str]) -> bool:
    signers = {made.proposed_by, made.confirmed_by or ""}
    return signers <= known and (made.verb == ADD or made.subject in known)


def _fields(made: Decision) -> Fields:
    return told(made) | {
        "proposed_by": made.proposed_by,
        "proposal": made.proposal.hex(),
        "confirmed_by": made.confirmed_by,
        "confirmation": (made.confirmation or b"").hex(),
    }
