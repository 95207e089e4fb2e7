"""What a partner says about the payments of a gateway, told in one line each."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from support.banks import Answerer, Booking
from support.gateways import Gateway, bank_key

from gateway.usecases.received import Received

BANK = Answerer(bank_key())
OTHER = Answerer(bank_key("STRANGER"))


def amount(gateway: Gateway, ref: str = "TC-0001") -> int:
    return int(gateway.value("SELECT amount FROM payment WHERE payment_ref = :r", r=ref))


def debit(gateway: Gateway, ref: str = "TC-0001", **changes: Any) -> Booking:
    fields = {"reference": f"D-{ref}", "amount": -amount(gateway, ref)} | changes
    return Booking(gateway.end_to_end_id(ref), **fields)


def credit(gateway: Gateway, ref: str = "TC-0001", **changes: Any) -> Booking:
    fields = {"reference": f"C-{ref}", "amount": amount(gateway, ref), "return_reason": "AC04"} | changes
    return Booking(gateway.end_to_end_id(ref), **fields)


def booked(gateway: Gateway, *bookings: Booking | Reworded, name: str = "1", **options: Any) -> Received:
    message = options.get("message", "camt.053")
    return gateway.receive(message, name, BANK.statement(*bookings, id_=f"S{name}", **options))


def status(gateway: Gateway, name: str = "1", **options: Any) -> Received:
    (file,) = gateway.files()
    options.setdefault("id_", f"P{name}")
    return gateway.receive("pain.002", name, BANK.status(options.pop("message_id", file.message_id), **options))


# --- odd words -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reworded:
    """A booking as another bank would put it."""

    booking: Booking
    change: Callable[[str], str]

    @property
    def amount(self) -> int:
        return self.booking.amount

    def xml(self) -> str:
        before = self.booking.xml()
        after = self.change(before)
        assert after != before
        return after


def bare(booking: Booking) -> Reworded:
    """The entry without its transactions."""
    return Reworded(booking, lambda xml: re.sub(r"<NtryDtls>.*</NtryDtls>", "", xml))


def replaced(booking: Booking, old: str, new: str) -> Reworded:
    """The first ``old`` in the entry, above its transactions, is ``new``."""
    return Reworded(booking, lambda xml: xml.replace(old, new, 1))


def unsigned(document: bytes) -> bytes:
    """What was said, without the signature."""
    end = b"</Signature>"
    return document[: document.index(b"<Signature")] + document[document.index(end) + len(end) :]


def resigned(document: bytes, old: str, new: str) -> bytes:
    """The same bank says something else."""
    said = unsigned(document).decode()
    assert old in said
    return BANK.signed(said.replace(old, new))
