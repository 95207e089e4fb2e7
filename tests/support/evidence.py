"""What a partner says about the payments of a gateway, told in one line each."""

from __future__ import annotations

from typing import Any

from support.banks import Answerer, Booking
from support.gateways import Gateway, bank_key

from gateway.usecases.collect import Received

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


def booked(gateway: Gateway, *bookings: Booking, name: str = "1", **options: Any) -> Received:
    message = options.get("message", "camt.053")
    return gateway.receive(message, name, BANK.statement(*bookings, id_=f"S{name}", **options))


def status(gateway: Gateway, name: str = "1", **options: Any) -> Received:
    (file,) = gateway.files()
    options.setdefault("id_", f"P{name}")
    return gateway.receive("pain.002", name, BANK.status(options.pop("message_id", file.message_id), **options))
