"""When two entries are one: partners repeat a booking in several messages, and share a reference over many."""

from __future__ import annotations

from support.banks import Booking
from support.evidence import amount, bare, booked, debit, replaced
from support.gateways import Gateway, row

BOOKED = "<Sts><Cd>BOOK</Cd></Sts>"


def _dispositions(gateway: Gateway) -> list[tuple[str, str | None]]:
    return [tuple(each) for each in gateway.rows("SELECT disposition, reason FROM entry ORDER BY id")]


def test_s2_a_booking_without_a_status_and_the_same_as_booked_are_one(sent: Gateway) -> None:
    booked(sent, replaced(debit(sent), BOOKED, ""), name="1", message="camt.054")
    booked(sent, debit(sent), name="2")
    assert _dispositions(sent) == [("allocated", None), ("ignored", "already_known")]
    assert sent.exceptions() == []


def test_s1_one_reference_over_two_equal_payments_hides_neither(gateway: Gateway) -> None:
    gateway.approved(row(1, amount="500000"), row(2, amount="500000"))
    gateway.send()
    for ref in ("TC-0001", "TC-0002"):
        booked(gateway, debit(gateway, ref, reference="BULK"), name=ref, message="camt.054")
    assert set(gateway.states().values()) == {"settled"}
    assert gateway.exceptions() == []


def test_m1_a_second_debit_on_another_day_under_the_same_reference_is_an_alarm(sent: Gateway) -> None:
    booked(sent, debit(sent, reference="R"), name="1")
    later = booked(sent, debit(sent, reference="R", day="2026-11-09"), name="2")
    assert sent.exceptions() == ["second_debit"]
    assert later.error is not None
    assert later.error.exit_code == 5


def test_s3_an_entry_with_details_takes_the_place_of_the_same_one_without(sent: Gateway) -> None:
    booked(sent, bare(debit(sent)), name="1")
    assert sent.states()["TC-0001"] == "sent"
    booked(sent, debit(sent), name="2", message="camt.054")
    assert sent.states()["TC-0001"] == "settled"
    assert _dispositions(sent) == [("ignored", "replaced_by_details"), ("allocated", None)]
    assert sent.rows("SELECT kind, state FROM exception") == [("unknown_debit", "resolved")]


def test_s3_an_entry_without_details_after_the_same_one_with_them_is_known(sent: Gateway) -> None:
    booked(sent, debit(sent), name="1", message="camt.054")
    booked(sent, bare(debit(sent)), name="2")
    assert _dispositions(sent) == [("allocated", None), ("ignored", "already_known")]
    assert sent.exceptions() == []


def test_s3_two_bare_entries_are_replaced_one_by_one(gateway: Gateway) -> None:
    gateway.approved(row(1, amount="500000"), row(2, amount="500000"))
    gateway.send()
    both = [debit(gateway, ref, reference="BULK") for ref in ("TC-0001", "TC-0002")]
    booked(gateway, *map(bare, both), name="1")
    booked(gateway, *both, name="2", message="camt.054")
    assert set(gateway.states().values()) == {"settled"}
    assert {each.state for each in gateway.rows("SELECT state FROM exception")} == {"resolved"}


def test_s7_of_two_bare_debits_one_known_does_not_hide_the_other(sent: Gateway) -> None:
    unknown = bare(Booking(None, -500_000, "R"))
    booked(sent, unknown, name="1", message="camt.054")
    booked(sent, unknown, unknown, name="2")
    assert sent.exceptions() == ["unknown_debit", "unknown_debit"]


# --- an entry stands or falls as a whole ---------------------------------------------------------------------------


def test_s7_what_the_details_do_not_explain_is_an_alarm_and_settles_nothing(sent: Gateway) -> None:
    received = booked(sent, replaced(debit(sent), f">{amount(sent)}<", ">5000000<"))
    assert sent.states()["TC-0001"] == "sent"
    assert [tuple(each) for each in sent.rows("SELECT kind, amount FROM exception")] == [
        ("unexplained_debit", amount(sent) - 5_000_000)
    ]
    assert received.error is not None
    assert received.error.exit_code == 5


def test_s5_a_detail_in_the_other_direction_than_its_entry_settles_nothing(sent: Gateway) -> None:
    booked(sent, replaced(debit(sent), "DBIT", "CRDT"))
    assert sent.states()["TC-0001"] == "sent"
    assert sent.exceptions() == ["details_differ"]


def test_s5_an_entry_in_another_currency_than_its_detail_settles_nothing(sent: Gateway) -> None:
    booked(sent, replaced(debit(sent), 'Ccy="VND"', 'Ccy="USD"'))
    assert sent.states()["TC-0001"] == "sent"
    assert sent.rows("SELECT disposition FROM entry") == [("exception",)]
