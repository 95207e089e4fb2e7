"""What each kind of evidence does to payments and files, one at a time."""

from __future__ import annotations

from typing import Any

import pytest
from support.banks import Booking
from support.evidence import BANK, amount, booked, credit, debit, status
from support.gateways import Gateway

from gateway.store import stops


def _state(gateway: Gateway, ref: str = "TC-0001") -> str:
    return gateway.states()[ref]


def _file_state(gateway: Gateway) -> str:
    (file,) = gateway.files()
    return str(file.state)


# --- pain.002 ------------------------------------------------------------------------------------------------------


def test_s1_an_acceptance_moves_the_status_and_never_the_books(sent: Gateway) -> None:
    status(sent, group=("ACSC", ""), transfers=((sent.end_to_end_id(), "ACSC", ""),))
    assert set(sent.states().values()) == {"accepted"}
    assert _file_state(sent) == "acknowledged"
    assert sent.value("SELECT count(*) FROM allocation") == 0
    assert sent.exceptions() == []


def test_m10_a_rejected_transfer_rejects_one_payment_and_keeps_its_key_until_the_statements_prove_it(
    sent: Gateway,
) -> None:
    status(sent, group=("PART", ""), transfers=((sent.end_to_end_id(), "RJCT", "AC04"),))
    assert _state(sent) == "rejected"
    assert [state for state in sent.states().values() if state == "sent"] == ["sent"] * 3
    row = sent.rows("SELECT reason, holds_key FROM payment ORDER BY payment_ref")
    assert tuple(row[0]) == ("AC04", 1)
    assert all(tuple(other) == (None, 1) for other in row[1:])


def test_a_rejected_block_rejects_all_its_payments(sent: Gateway) -> None:
    (file,) = sent.files()
    status(sent, block=(file.payment_information_id, "RJCT", "AM04"))
    assert set(sent.states().values()) == {"rejected"}


def test_a_rejected_group_rejects_all_payments_and_the_file(sent: Gateway) -> None:
    status(sent, group=("RJCT", "FF01"))
    assert set(sent.states().values()) == {"rejected"}
    assert _file_state(sent) == "rejected"


def test_the_partners_own_reason_is_told_as_the_iso_code(sent: Gateway) -> None:
    e2e = sent.end_to_end_id()
    document = BANK.status(sent.files()[0].message_id, transfers=((e2e, "RJCT", "AC04"),))
    own = document.replace(b"<Cd>AC04</Cd>", b"<Prtry>E017</Prtry>")
    assert own != document
    unsigned = own[: own.index(b"<Signature")] + own[own.index(b"</Signature>") + len(b"</Signature>") :]
    sent.receive("pain.002", "1", BANK.signed(unsigned.decode()))
    assert sent.value("SELECT reason FROM payment WHERE payment_ref = 'TC-0001'") == "AC04"


@pytest.mark.parametrize("code", ["PDNG", "PART", "RCVD", "WHAT"])
def test_a_status_that_decides_nothing_moves_no_payment(sent: Gateway, code: str) -> None:
    status(sent, group=(code, ""), transfers=((sent.end_to_end_id(), code, ""),))
    assert set(sent.states().values()) == {"sent"}


@pytest.mark.parametrize("code", ["AM05", "DUPL", "DU01", "DU02", "DU03", "DU04", "DU05"])
@pytest.mark.parametrize("level", ["group", "block", "transfer"])
def test_a_duplicate_class_rejection_rejects_nothing_and_freezes_the_partner(
    sent: Gateway, code: str, level: str
) -> None:
    (file,) = sent.files()
    levels: dict[str, Any] = {
        "group": {"group": ("RJCT", code)},
        "block": {"block": (file.payment_information_id, "RJCT", code)},
        "transfer": {"transfers": ((sent.end_to_end_id(), "RJCT", code),)},
    }
    status(sent, **levels[level])
    assert set(sent.states().values()) == {"sent"}
    assert _file_state(sent) == "unknown"
    assert sent.exceptions() == ["duplicate_rejection"]
    with sent.store.read() as tx:
        assert stops.of_partner_active(tx, "vietinbank")
    assert sent.value("SELECT min(holds_key) FROM payment") == 1


def test_the_newest_status_inside_the_messages_decides_not_the_last_to_arrive(sent: Gateway) -> None:
    e2e = sent.end_to_end_id()
    status(sent, "1", transfers=((e2e, "RJCT", "AC04"),), created="2026-11-02T11:00:00+07:00")
    status(sent, "2", transfers=((e2e, "ACSP", ""),), created="2026-11-02T10:00:00+07:00")
    assert _state(sent) == "rejected"


def test_a_status_for_a_message_we_never_sent_is_an_alarm(sent: Gateway) -> None:
    received = status(sent, message_id="MOTHER", group=("ACSP", ""))
    assert received.error is not None
    assert received.error.exit_code == 5
    assert sent.exceptions() == ["status_for_unknown_message"]
    assert set(sent.states().values()) == {"sent"}


def test_a_status_for_a_payment_we_do_not_know_is_an_exception(sent: Gateway) -> None:
    status(sent, transfers=(("EOTHER", "RJCT", "AC04"),))
    assert sent.exceptions() == ["status_for_unknown_payment"]


def test_s2_a_second_report_under_a_used_message_id_changes_nothing(sent: Gateway) -> None:
    e2e = sent.end_to_end_id()
    status(sent, "1", transfers=((e2e, "ACSP", ""),), id_="P1")
    status(sent, "2", transfers=((e2e, "RJCT", "AC04"),), id_="P1")
    assert _state(sent) == "accepted"
    assert sent.exceptions() == ["message_id_reused"]


# --- booked entries ------------------------------------------------------------------------------------------------


def test_s1_s5_a_booked_debit_settles_with_one_allocation(sent: Gateway) -> None:
    booked(sent, debit(sent))
    assert _state(sent) == "settled"
    (allocation,) = sent.rows("SELECT * FROM allocation")
    assert (allocation.kind, allocation.amount, allocation.currency) == ("debit", amount(sent), "VND")
    assert allocation.booked_on == "2026-11-02"
    assert sent.value("SELECT return_window_until FROM payment WHERE payment_ref = 'TC-0001'") == "2026-11-09"
    assert _file_state(sent) == "acknowledged"
    assert sent.exceptions() == []


@pytest.mark.parametrize("status", ["PDNG", "INFO", "FUTR"])
def test_s1_an_entry_that_is_not_booked_settles_nothing(sent: Gateway, status: str) -> None:
    booked(sent, debit(sent, status=status))
    assert _state(sent) == "sent"
    assert sent.rows("SELECT disposition, reason FROM entry") == [("ignored", "not_booked")]


def test_a_return_brings_the_payment_back_and_frees_its_key(sent: Gateway) -> None:
    booked(sent, debit(sent))
    booked(sent, credit(sent), name="2")
    row = sent.rows("SELECT state, returned_amount, reason, holds_key, debited_at FROM payment ORDER BY payment_ref")[0]
    assert tuple(row) == ("returned", amount(sent), "AC04", 0, "2026-11-02")
    assert sent.exceptions() == []


def test_a_return_by_the_banks_code_alone_is_a_return(sent: Gateway) -> None:
    booked(sent, debit(sent))
    xml = BANK.statement(credit(sent), id_="S2").decode()
    unsigned = xml[: xml.index("<Signature")] + xml[xml.index("</Signature>") + len("</Signature>") :]
    without = unsigned.replace("<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>", "")
    assert without != unsigned
    sent.receive("camt.053", "2", BANK.signed(without))
    assert _state(sent) == "returned"


def test_s8_a_return_that_is_told_before_its_debit_ends_the_same(sent: Gateway) -> None:
    booked(sent, credit(sent), name="2")
    booked(sent, debit(sent))
    assert _state(sent) == "returned"
    assert sent.value("SELECT debited_at FROM payment WHERE payment_ref = 'TC-0001'") == "2026-11-02"
    assert sent.exceptions() == []


def test_a_reversal_undoes_the_booking_and_permits_no_reissue(sent: Gateway) -> None:
    booked(sent, debit(sent))
    booked(sent, credit(sent, return_reason=None, reversal=True), name="2")
    row = sent.rows("SELECT state, holds_key, debited_at FROM payment ORDER BY payment_ref")[0]
    assert tuple(row) == ("sent", 1, None)
    assert sent.exceptions() == []


def test_s3_a_return_that_is_undone_settles_again_and_is_an_alarm(sent: Gateway) -> None:
    booked(sent, debit(sent))
    booked(sent, credit(sent), name="2")
    assert _state(sent) == "returned"
    received = booked(sent, debit(sent, reference="D3", reversal=True), name="3")
    assert _state(sent) == "settled"
    assert sent.exceptions() == ["return_reversed"]
    assert received.error is not None
    assert received.error.exit_code == 5


def test_a_debit_after_its_reversal_settles_again_and_is_looked_at(sent: Gateway) -> None:
    booked(sent, debit(sent))
    booked(sent, credit(sent, return_reason=None, reversal=True), name="2")
    booked(sent, debit(sent, reference="D2"), name="3")
    assert _state(sent) == "settled"
    assert sent.exceptions() == ["second_debit"]


def test_m1_a_second_debit_is_an_alarm(sent: Gateway) -> None:
    booked(sent, debit(sent))
    received = booked(sent, debit(sent, reference="D2"), name="2")
    assert received.error is not None
    assert received.error.exit_code == 5
    assert sent.exceptions() == ["second_debit"]
    assert _state(sent) == "settled"


def test_m1_two_debits_in_one_statement_are_an_alarm(sent: Gateway) -> None:
    booked(sent, debit(sent), debit(sent, reference="D2"))
    assert _state(sent) == "settled"
    assert sent.exceptions() == ["second_debit"]


LEFT_OVER = {
    "partial return": ("partial_return", "C", {"amount": 100}),
    "debit of another amount": ("amount_differs", "D", {"amount": -1}),
    "another currency": ("currency_differs", "D", {"currency": "JPY"}),
    "our debit with return information": ("return_of_other", "D", {"return_reason": "AC04"}),
    "credit without return information": ("suspected_return", "C", {"return_reason": None}),
    "debit of somebody else": ("unknown_debit", "D", {"end_to_end_id": "EOTHER"}),
    "debit without reference": ("unknown_debit", "D", {"end_to_end_id": None}),
    "id cut to 16": ("unknown_debit", "D", {"end_to_end_id": "ETEST00010000000"}),
    "id in lower case": ("unknown_debit", "D", {"end_to_end_id": "etest000100000001"}),
    "not provided": ("unknown_debit", "D", {"end_to_end_id": "NOTPROVIDED"}),
    "credit of somebody else": ("unknown_credit", "C", {"end_to_end_id": None, "return_reason": None}),
    "return without reference": ("suspected_return", "C", {"end_to_end_id": None}),
    "return of somebody else's credit": ("return_of_other", "D", {"end_to_end_id": None, "return_reason": "AC04"}),
    "reversal of what we do not know": ("unknown_reversal", "C", {"end_to_end_id": None, "reversal": True}),
}


@pytest.mark.parametrize("name", LEFT_OVER)
def test_s6_every_other_entry_is_an_exception_with_its_reason(sent: Gateway, name: str) -> None:
    kind, side, changes = LEFT_OVER[name]
    booking = debit(sent) if side == "D" else credit(sent)
    fields = {slot: getattr(booking, slot) for slot in Booking.__dataclass_fields__} | changes
    if name == "reversal of what we do not know":
        fields["return_reason"] = None
    booked(sent, Booking(**fields))
    assert sent.exceptions() == [kind]
    assert set(sent.states().values()) == {"sent"}
    assert sent.rows("SELECT disposition FROM entry") == [("exception",)]


def test_s7_a_debit_we_did_not_originate_is_an_alarm_in_the_same_cycle(sent: Gateway) -> None:
    received = booked(sent, debit(sent), Booking("EOTHER", -9_999, "X"))
    assert received.error is not None
    assert received.error.exit_code == 5
    assert _state(sent) == "settled"


def test_evidence_from_another_partner_moves_nothing(sent: Gateway) -> None:
    content = BANK.statement(debit(sent), account="110000000002")
    sent.receive("camt.053", "1", content, "momo")
    assert _state(sent) == "sent"
    assert sent.exceptions() == ["other_partner"]


def test_booked_after_a_rejection_is_settled_with_an_alarm(sent: Gateway) -> None:
    status(sent, transfers=((sent.end_to_end_id(), "RJCT", "AC04"),))
    received = booked(sent, debit(sent))
    assert _state(sent) == "settled"
    assert sent.exceptions() == ["booked_and_rejected"]
    assert received.error is not None
    assert received.error.exit_code == 5


def test_s8_a_late_rejection_never_overrides_a_booked_entry(sent: Gateway) -> None:
    booked(sent, debit(sent))
    received = status(sent, group=("RJCT", "AC04"))
    assert _state(sent) == "settled"
    assert sent.exceptions() == ["booked_and_rejected"]
    assert received.error is not None
    assert received.error.exit_code == 5


# --- the same again ------------------------------------------------------------------------------------------------


def _picture(gateway: Gateway) -> list[Any]:
    """States, allocations and exceptions."""
    allocations = gateway.rows("SELECT payment_id, kind, amount, booked_on FROM allocation ORDER BY 1, 2")
    return [gateway.states(), allocations, gateway.exceptions()]


def test_s2_t5_the_same_bytes_again_are_a_duplicate_and_change_nothing(sent: Gateway) -> None:
    content = BANK.statement(debit(sent), Booking("EOTHER", -5, "X"))
    sent.receive("camt.053", "1", content)
    before = _picture(sent)
    for name in ("1", "2"):
        assert sent.receive("camt.053", name, content).state == "duplicate"
    assert _picture(sent) == before
    assert list((sent.place() / "out/statement").glob("*.xml")) == []


def test_s2_the_notification_and_then_the_statement_count_an_entry_once(sent: Gateway) -> None:
    booked(sent, debit(sent), Booking("EOTHER", -5, "X"), message="camt.054")
    before = _picture(sent)
    booked(sent, debit(sent), Booking("EOTHER", -5, "X"), name="2")
    assert _picture(sent) == before
    dispositions = sent.rows("SELECT disposition, reason FROM entry ORDER BY id")
    assert [tuple(each) for each in dispositions[2:]] == [("ignored", "already_known")] * 2


def test_s2_overlapping_statements_take_the_largest_number_of_equal_entries_never_the_sum(sent: Gateway) -> None:
    nameless = Booking(None, 700)
    for name, count in (("1", 2), ("2", 3), ("3", 1)):
        booked(sent, *[nameless] * count, name=name)
    assert sent.exceptions() == ["unknown_credit"] * 3


def test_two_equal_debits_without_reference_are_two_debits(sent: Gateway) -> None:
    booked(sent, Booking(None, -700), Booking(None, -700))
    assert sent.exceptions() == ["unknown_debit"] * 2


# --- statements ----------------------------------------------------------------------------------------------------


def test_s4_a_statement_whose_balances_do_not_tie_is_an_exception(sent: Gateway) -> None:
    booked(sent, debit(sent), opening=10_000_000, closing=10_000_000)
    assert sent.exceptions() == ["statement_does_not_tie"]
    assert sent.value("SELECT amount FROM exception") == amount(sent)


def test_s4_a_statement_that_ties_is_silent(sent: Gateway) -> None:
    booked(sent, debit(sent), opening=10_000_000)
    assert sent.exceptions() == []
    assert sent.value("SELECT ties FROM statement") == 1


@pytest.mark.parametrize("order", [("1", "2"), ("2", "1")])
def test_s4_a_closing_balance_must_be_the_next_opening_in_any_order(sent: Gateway, order: tuple[str, str]) -> None:
    openings = {"1": 1_000, "2": 1_001}
    for name in order:
        booked(sent, name=name, sequence=name, opening=openings[name])
    assert sent.exceptions() == ["chain_broken"]
