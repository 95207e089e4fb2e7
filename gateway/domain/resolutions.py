"""How exceptions end: for every kind how urgent it is, and which resolutions there are.

Source: money-safety notes, "Four-eyes verbs" and S6. A resolution that concerns the state of money or the books takes
two people; a kind whose row has none of those is ended by one. Nothing is resolved by deleting. What the evidence ends
by itself is healed, which is no resolution and may open again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum


class Urgency(IntEnum):
    """What comes first in the list of exceptions."""

    ALARM = 1
    """Money moved, or may move, that should not."""
    MONEY = 2
    """A booking that no payment explains, or a payment of which nobody knows where it is."""
    ANSWER = 3
    """Words of a partner that do not fit, or do not come."""
    UPKEEP = 4
    """Files that are not read or not moved away."""


@dataclass(frozen=True, slots=True)
class Way:
    """What ends an exception: by how many people, and what must be named."""

    people: int
    needs_payment: bool = False
    needs_evidence: bool = False


RESOLUTIONS: Mapping[str, Way] = {
    # two people: the entry is ignored from now on, since it is explained (S6)
    "explained": Way(people=2),
    # two people: the detail is the return of a payment of ours, which comes back on this evidence (S5)
    "return_of": Way(people=2, needs_payment=True, needs_evidence=True),
    # two people: cleared up with the partner, on a document; no state changes
    "cleared": Way(people=2, needs_evidence=True),
    # one person: the partner has answered; no state changes
    "answered": Way(people=1),
    # one person: the cause is gone
    "mended": Way(people=1),
}


@dataclass(frozen=True, slots=True)
class Handling:
    """One kind of exception: how urgent, and how it may end."""

    urgency: Urgency
    resolutions: tuple[str, ...]

    @property
    def people(self) -> int:
        """How many people the easiest of its resolutions takes."""
        return min(RESOLUTIONS[each].people for each in self.resolutions)

    def needs_evidence(self, resolution: str) -> bool:
        """An alarm never ends without a document."""
        return self.urgency == Urgency.ALARM or RESOLUTIONS[resolution].needs_evidence


_BOOKED = Handling(Urgency.MONEY, ("explained",))
_CREDIT = Handling(Urgency.MONEY, ("return_of", "explained"))
_ALARMING_ENTRY = Handling(Urgency.ALARM, ("explained",))
_ALARM = Handling(Urgency.ALARM, ("cleared",))
_ODD = Handling(Urgency.MONEY, ("cleared",))
_UNENDED = Handling(Urgency.MONEY, ("answered",))
_WORD = Handling(Urgency.ANSWER, ("answered",))
_UPKEEP = Handling(Urgency.UPKEEP, ("mended", "answered"))

HANDLING: Mapping[str, Handling] = {
    "unknown_debit": _ALARMING_ENTRY,
    "unexplained_debit": _ALARMING_ENTRY,
    "second_debit": _ALARM,
    "return_reversed": _ALARM,
    "benefit_twice": _ALARM,
    "missing_in_statement": _ODD,
    "booked_and_rejected": _ALARM,
    "predecessor_booked": _ALARM,
    "held_payment_out": _ALARM,
    "evidence_for_unsent": _ALARM,
    "status_for_unknown_message": _ALARM,
    "status_for_unsent_message": _ALARM,
    "unknown_credit": _CREDIT,
    "suspected_return": _CREDIT,
    "partial_return": _BOOKED,
    "keys_contradict": _BOOKED,
    "key_ambiguous": _BOOKED,
    "details_differ": _BOOKED,
    "return_of_other": _BOOKED,
    "unknown_reversal": _BOOKED,
    "amount_differs": _BOOKED,
    "currency_differs": _BOOKED,
    "other_partner": _BOOKED,
    "sum_entry": _BOOKED,
    "unreadable_entry": _BOOKED,
    "second_return": _ODD,
    "second_reversal": _ODD,
    "contradiction": _ODD,
    "successor_held": _ODD,
    "registry_held": _ODD,
    "batch_held": _ODD,
    "recall_answer_unknown": _ODD,
    "duplicate_rejection": _ODD,
    "foreign_file": _ODD,
    "statement_does_not_tie": _ODD,
    "chain_broken": _ODD,
    "statement_gap": _ODD,
    "day_missing": _ODD,
    "page_missing": _ODD,
    "statement_late": _ODD,
    "statements_overlap": _ODD,
    "statement_corrected": _ODD,
    "file_unknown": _UNENDED,
    "no_final_answer": _UNENDED,
    "file_unanswered": _UNENDED,
    "overdue": _WORD,
    "message_id_reused": _WORD,
    "unknown_status": _WORD,
    "status_for_unknown_payment": _WORD,
    "unproven_statement": _WORD,
    "quarantined": _WORD,
    "file_too_large": _UPKEEP,
    "file_without_done": _UPKEEP,
    "done_without_file": _UPKEEP,
    "file_without_signature": _UPKEEP,
    "signature_without_file": _UPKEEP,
    "file_unstable": _UPKEEP,
    "file_unread": _UPKEEP,
    "name_withheld": _UPKEEP,
    "archive_denied": _UPKEEP,
}
"""Kind -> how it is dealt with. A kind that is missing here counts as the gravest and takes two people."""

ALARMS = frozenset(kind for kind, each in HANDLING.items() if each.urgency == Urgency.ALARM)
"""Kinds of exception that are alarms: money moved that should not have."""

ALONE = frozenset(kind for kind, each in HANDLING.items() if each.people == 1)
"""Kinds that one person may end; the database holds the same list."""


def handling(kind: str) -> Handling:
    """How a kind is dealt with."""
    return HANDLING.get(kind, _ALARM)
