"""What in a payment list may be a sign of fraud, and from where on: whole numbers only, nothing is estimated."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SignalKind(StrEnum):
    """Each is looked for by itself; the checkers acknowledge it by this name."""

    ACCOUNT_CHANGED = "account_changed"
    """The last payment to the person, or the one that is paid again, went to another account."""
    PERSON_NEW = "person_new"
    """Never paid in this programme, and it is not the payer's first month."""
    ACCOUNT_SHARED = "account_shared"
    """One account of several people in the list."""
    ACCOUNT_RECENT = "account_recent"
    """The roster changed the account shortly before the list was imported."""
    AMOUNT_OVER_OWN = "amount_over_own"
    """More than the person has had."""
    AMOUNT_OVER_LIST = "amount_over_list"
    """More than the lines of the same kind in the list."""
    PERSON_DECEASED = "person_deceased"
    """By the newest answer of the population registry."""
    PERSON_UNKNOWN = "person_unknown"
    """Likewise."""
    PERSON_OLD = "person_old"
    """Older than people become."""
    TWO_PLACES = "two_places"
    """Another payer, or another commune, has the person in the same month."""


OWN_MONTHS = 3
"""The months before the period that an amount is compared with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """From where on something is a signal."""

    people_per_account_max: int = 3
    account_change_days: int = 30
    """Before the import."""
    own_percent_max: int = 150
    """Of the highest regular amount of the person's last months."""
    list_percent_max: int = 400
    """Of the average line of the same kind in the list."""
    age_max: int = 110


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One line of a list with one signal, and what it was compared with; no personal data but the sealed envelope."""

    kind: SignalKind
    payment_id: int
    line: int
    payment_ref: str
    end_to_end_id: str
    amount: int
    currency: str
    personal: bytes
    other: str = ""
    """Another payment, or the act of the roster, or the kind of lines."""
    detail: str = ""
    """A month, a day or a place of it."""
    figure: int = 0
    against: int = 0

    @property
    def signed(self) -> bytes:
        """What somebody acknowledges of it."""
        said = (self.payment_ref, self.other, self.detail, str(self.figure), str(self.against))
        return "\x1f".join(said).encode() + b"\x1e"
