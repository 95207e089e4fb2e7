"""Answers and bookings for files that we never released: never sent again, and the partner gets nothing more (M9)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from support.banks import Booking
from support.evidence import BANK
from support.gateways import Gateway, row
from support.stores import Crashed

from gateway.ports import Transport
from gateway.store import stops
from gateway.usecases import gravity


@dataclass
class During:
    """Something happens when the upload is read back."""

    inner: Transport
    happens: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def read(self, path: str, size_bytes_max: int) -> Any:
        self.happens()
        return self.inner.read(path, size_bytes_max)


@pytest.fixture
def uploading(sealed: Gateway) -> Gateway:
    """A sender died after its upload, before its intent to release."""

    def die() -> None:
        raise Crashed

    sealed.wrap = lambda transport: During(transport, die)  # type: ignore[assignment, return-value]
    with suppress(Crashed):
        sealed.send()
    sealed.wrap = lambda transport: transport
    assert sealed.files()[0].state == "uploading"
    return sealed


def _answer(gateway: Gateway, status: tuple[str, str], id_: str = "P1") -> str:
    file = gateway.files()[0]
    return str(gateway.receive("pain.002", id_, BANK.status(file.message_id, group=status, id_=id_)).state)


def _stopped(gateway: Gateway) -> list[str]:
    with gateway.store.read() as tx:
        return [stop.code for stop in stops.of_partner_active(tx, "vietinbank")]


@pytest.mark.parametrize(("status", "state"), [(("ACCP", ""), "accepted"), (("RJCT", "AC04"), "rejected")])
def test_m9_an_answer_while_our_file_is_uploading_makes_it_unknown_and_stops_the_partner(
    uploading: Gateway, status: tuple[str, str], state: str
) -> None:
    _answer(uploading, status)
    assert uploading.files()[0].state == "unknown"
    assert uploading.states() == {"TC-0001": state}
    assert _stopped(uploading) == ["status_for_unsent_message"]
    assert uploading.exceptions() == ["status_for_unsent_message"]
    before = uploading.outbox()
    assert gravity.of_sent(uploading.send()) == 4
    assert uploading.outbox() == before


def test_m9_an_answer_during_the_upload_holds_before_the_release(sealed: Gateway) -> None:
    def answered() -> None:
        sealed.wrap = lambda transport: transport
        _answer(sealed, ("ACCP", ""))

    sealed.wrap = lambda transport: During(transport, answered)  # type: ignore[assignment, return-value]
    (delivery,) = sealed.send().deliveries
    assert (delivery.state, delivery.error.exit_code) == ("unknown", 4)  # type: ignore[union-attr]
    assert [name for name in sealed.outbox() if not name.startswith(".")] == []
    assert sealed.value("SELECT count(*) FROM history WHERE target = 'releasing'") == 0


def test_m1_a_booking_while_our_file_is_uploading_settles_and_is_never_sent(uploading: Gateway) -> None:
    amount = uploading.value("SELECT amount FROM payment")
    booking = Booking(uploading.end_to_end_id(), -amount, "D1")
    uploading.receive("camt.053", "1", BANK.statement(booking))
    assert uploading.states() == {"TC-0001": "settled"}
    assert uploading.files()[0].state == "acknowledged"
    assert uploading.exceptions() == ["evidence_for_unsent"]
    assert _stopped(uploading) == ["evidence_for_unsent"]
    assert uploading.send().deliveries == []


def test_m1_a_booking_of_a_payment_without_a_file_stops_the_partner_before_it_is_sent(gateway: Gateway) -> None:
    gateway.approved(row(1))
    amount = gateway.value("SELECT amount FROM payment")
    gateway.receive("camt.053", "1", BANK.statement(Booking(gateway.end_to_end_id(), -amount, "D1")))
    assert gateway.exceptions() == ["evidence_for_unsent"]
    (delivery,) = gateway.send().deliveries
    assert delivery.error is not None
    assert delivery.error.code == "partner_frozen"
    assert gateway.outbox() == {}


def test_an_answer_to_a_voided_file_stops_the_partner_and_leaves_it_void(sealed: Gateway) -> None:
    sealed.clock.pass_(days=1)
    assert [delivery.state for delivery in sealed.send().deliveries] == ["void"]
    _answer(sealed, ("ACCP", ""))
    assert sealed.files()[0].state == "void"
    assert _stopped(sealed) == ["status_for_unsent_message"]


RELEASED = {
    "releasing": (),
    "sent": (),
    "unknown": (),
    "acknowledged": (("ACCP", ""),),
    "rejected": (("RJCT", "AC04"),),
}


@pytest.mark.parametrize("state", RELEASED)
def test_a_duplicate_rejection_makes_a_file_of_any_released_state_unknown_and_stops_the_partner(
    sealed: Gateway, state: str
) -> None:
    @dataclass
    class Dying(During):
        def rename(self, source: str, target: str) -> None:
            if state == "releasing":
                raise Crashed
            self.inner.rename(source, target)

    sealed.wrap = lambda transport: Dying(transport, lambda: None)  # type: ignore[assignment, return-value]
    with suppress(Crashed):
        sealed.send()
    sealed.wrap = lambda transport: transport
    if state == "unknown":
        with sealed.store.begin() as tx:
            tx.run("UPDATE file_out SET state = 'unknown'")
    for number, status in enumerate(RELEASED[state]):
        _answer(sealed, status, f"P{number}")
    assert sealed.files()[0].state == state
    before = sealed.states()
    _answer(sealed, ("RJCT", "AM05"), "P9")
    assert sealed.files()[0].state == "unknown"
    assert sealed.states() == before
    assert _stopped(sealed) == ["duplicate_rejection"]
