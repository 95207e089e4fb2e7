"""The other party: a bank with a book of its own, that knows nothing of our code. Its book is the judge of M1."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree
from support.banks import Booking
from support.evidence import BANK


@dataclass
class Order:
    """One transfer that the bank has been told to make."""

    message_id: str
    end_to_end_id: str
    amount: int


@dataclass
class Bank:
    """Takes whole files under final names, pays whatever they say, as often as they say it."""

    place: Path
    taken: list[Order] = field(default_factory=list)
    rejected: set[str] = field(default_factory=set)
    returned: set[str] = field(default_factory=set)
    nameless: dict[str, str] = field(default_factory=dict)
    """Reference of a credit that names no payment -> what it returned; the bank knows when it is asked."""
    recalls: list[tuple[str, str]] = field(default_factory=list)
    """(message id, end-to-end id) of every request not to pay that it has not answered."""
    fees: int = 0
    _told: int = 0

    def take(self) -> None:
        for path in sorted((self.place / "in").iterdir()):
            if not path.name.startswith("."):
                content = path.read_bytes()
                self.taken += _orders(content)
                self.recalls += _recalls(content)
                path.unlink()

    @property
    def debited(self) -> list[str]:
        return [each.end_to_end_id for each in self.taken if each.end_to_end_id not in self.rejected]

    # --- what it says ------------------------------------------------------------------------------------------------

    def statement(self, of: list[Order]) -> bytes:
        """Booked debits of these orders."""
        bookings = [Booking(each.end_to_end_id, -each.amount, f"D{each.end_to_end_id}") for each in of]
        return BANK.statement(*bookings, id_=self._next("S"))

    def returns(self, of: Order) -> bytes:
        self.returned.add(of.end_to_end_id)
        booking = Booking(of.end_to_end_id, of.amount, f"C{of.end_to_end_id}", return_reason="AC04")
        return BANK.statement(booking, id_=self._next("S"))

    def returns_namelessly(self, of: Order) -> bytes:
        """The money goes back; which payment it was is not said."""
        self.returned.add(of.end_to_end_id)
        self.nameless[f"N{of.end_to_end_id}"] = of.end_to_end_id
        booking = Booking(None, of.amount, f"N{of.end_to_end_id}", return_reason="AC04")
        return BANK.statement(booking, id_=self._next("S"))

    def returns_a_part(self, of: Order) -> bytes:
        booking = Booking(of.end_to_end_id, of.amount - 1_000, f"T{of.end_to_end_id}", return_reason="AC04")
        return BANK.statement(booking, id_=self._next("S"))

    def reverses(self, of: Order) -> bytes:
        """The booking was wrong; it is undone."""
        booking = Booking(of.end_to_end_id, of.amount, f"V{of.end_to_end_id}", reversal=True)
        return BANK.statement(booking, id_=self._next("S"))

    def takes_a_fee(self) -> bytes:
        """A debit that nobody ordered."""
        self.fees += 1
        return BANK.statement(Booking(f"FEE{self.fees}", -self.fees, f"F{self.fees}"), id_=self._next("S"))

    def accepts(self, message_id: str) -> bytes:
        return BANK.status(message_id, group=("ACCP", ""), id_=self._next("P"))

    def rejects(self, of: Order) -> bytes:
        self.rejected.add(of.end_to_end_id)
        return BANK.status(of.message_id, transfers=((of.end_to_end_id, "RJCT", "AC04"),), id_=self._next("P"))

    def answers(self, message_id: str, of: Order, stopped: bool) -> bytes:
        """What becomes of the request not to pay one order."""
        said, created = ("ACCR" if stopped else "RJCR"), "2026-11-02T12:00:00+07:00"
        return BANK.resolution(message_id, of.end_to_end_id, said, id_=self._next("X"), created=created)

    def _next(self, kind: str) -> str:
        self._told += 1
        return f"{kind}{self._told}"


def _recalls(content: bytes) -> list[tuple[str, str]]:
    root = etree.fromstring(content)
    message_id = root.findtext(".//{*}Assgnmt/{*}Id") or ""
    return [(message_id, each.text or "") for each in root.iter("{*}OrgnlEndToEndId")]


def _orders(content: bytes) -> list[Order]:
    root = etree.fromstring(content)
    message_id = root.findtext(".//{*}GrpHdr/{*}MsgId") or ""
    return [
        Order(message_id, each.findtext(".//{*}EndToEndId") or "", int(each.findtext(".//{*}InstdAmt") or "0"))
        for each in root.iter("{*}CdtTrfTxInf")
    ]
