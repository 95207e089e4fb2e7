"""Statements as banks really send them, and worse: kept, looked at, never a traceback, never a delay for others."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.banks import Answerer, Booking
from support.gateways import Gateway, bank_key

BANK = Answerer(bank_key())

Change = Callable[[str], str]


def _unsigned(content: bytes) -> str:
    start, end = content.index(b"<Signature"), content.index(b"</Signature>") + len(b"</Signature>")
    return (content[:start] + content[end:]).decode()


def _replaced(old: str, new: str) -> Change:
    def change(document: str) -> str:
        assert old in document
        return document.replace(old, new)

    return change


DAY = "<Dt>2026-11-02</Dt>"
ODD: dict[str, tuple[Change, str, list[str]]] = {
    "no dates at all": (
        lambda text: (
            text.replace(f"<BookgDt>{DAY}</BookgDt>", "")
            .replace(f"<ValDt>{DAY}</ValDt>", "")
            .replace(
                "<FrToDt><FrDtTm>2026-11-02T00:00:00+07:00</FrDtTm><ToDtTm>2026-11-02T23:59:59+07:00</ToDtTm></FrToDt>",
                "",
            )
        ),
        "settled",
        [],
    ),
    "no date, no time of creation": (
        lambda text: (
            text.replace(f"<BookgDt>{DAY}</BookgDt>", "")
            .replace(f"<ValDt>{DAY}</ValDt>", "")
            .replace(
                "<FrToDt><FrDtTm>2026-11-02T00:00:00+07:00</FrDtTm><ToDtTm>2026-11-02T23:59:59+07:00</ToDtTm></FrToDt>",
                "",
            )
            .replace("<CreDtTm>2026-11-02T17:00:00+07:00</CreDtTm>", "")
        ),
        "settled",
        [],
    ),
    "no status": (_replaced("<Sts><Cd>BOOK</Cd></Sts>", ""), "settled", []),
    "decimals of zero": (_replaced(">500001<", ">500001.00<"), "settled", []),
    "sequence number of 30 digits": (_replaced(">1</ElctrncSeqNb>", f">{'9' * 30}</ElctrncSeqNb>"), "settled", []),
    "sequence number in words": (_replaced(">1</ElctrncSeqNb>", ">one</ElctrncSeqNb>"), "settled", []),
    "decimals of dong": (_replaced(">500001<", ">500001.50<"), "sent", ["unreadable_entry"]),
    "amount of 30 digits": (_replaced(">500001<", f">{'9' * 30}<"), "sent", ["unreadable_entry"]),
    "amount in words": (_replaced(">500001<", ">many<"), "sent", ["unreadable_entry"]),
    "amount of nothing": (_replaced(">500001<", "><"), "sent", ["unreadable_entry"]),
    "negative amount": (_replaced(">500001<", ">-500001<"), "sent", ["unreadable_entry"]),
    "unknown currency": (_replaced('Ccy="VND">5', 'Ccy="XYZ">5'), "sent", ["unreadable_entry"]),
    "neither debit nor credit": (
        _replaced("<CdtDbtInd>DBIT</CdtDbtInd>", "<CdtDbtInd>BOTH</CdtDbtInd>"),
        "sent",
        ["unreadable_entry"],
    ),
    "an impossible day": (_replaced("2026-11-02</Dt>", "2026-02-30</Dt>"), "settled", []),
}


@pytest.mark.parametrize("name", ODD)
def test_t7_an_odd_statement_is_kept_and_delays_nobody(sent: Gateway, name: str) -> None:
    change, state, kinds = ODD[name]
    amount = sent.value("SELECT amount FROM payment WHERE payment_ref = 'TC-0001'")
    good = BANK.statement(Booking(sent.end_to_end_id(), -amount, "D1"), sequence="1")
    sent.put("camt.053", "1", BANK.signed(change(_unsigned(good))))
    other = sent.value("SELECT amount FROM payment WHERE payment_ref = 'TC-0002'")
    sent.put("camt.053", "2", BANK.statement(Booking(sent.end_to_end_id("TC-0002"), -other, "D2"), id_="S2"))
    first, second = sent.collect()
    if first.bug:
        raise first.bug
    assert (first.state, second.state) == ("processed", "processed")
    assert sent.states()["TC-0002"] == "settled"
    assert sent.states()["TC-0001"] == state
    assert sent.exceptions() == kinds


def test_t5_a_statement_of_ours_and_of_somebody_else_in_one_file_is_not_half_believed(sent: Gateway) -> None:
    amount = sent.value("SELECT amount FROM payment WHERE payment_ref = 'TC-0001'")
    ours = _unsigned(BANK.statement(Booking(sent.end_to_end_id(), -amount, "D1")))
    start, end = ours.index("<Stmt>"), ours.index("</Stmt>") + len("</Stmt>")
    theirs = ours[start:end].replace("110000000001", "999999999999")
    received = sent.receive("camt.053", "1", BANK.signed(ours[:end] + theirs + ours[end:]))
    assert received.state == "quarantined"
    assert sent.states()["TC-0001"] == "sent"
    assert sent.value("SELECT count(*) FROM entry") == 0


def test_s6_an_entry_with_several_transactions_is_matched_one_by_one(sent: Gateway) -> None:
    rows = sent.rows("SELECT end_to_end_id, amount FROM payment ORDER BY id LIMIT 2")
    one, two = (Booking(each.end_to_end_id, -each.amount, "SUM") for each in rows)
    xml = _unsigned(BANK.statement(one))
    second = two.xml()
    details = second[second.index("<TxDtls>") : second.index("</NtryDtls>")]
    both = xml.replace("</NtryDtls>", f"{details}</NtryDtls>")
    total = f"{-one.amount - two.amount}"
    both = both.replace(f'<Ntry><Amt Ccy="VND">{-one.amount}<', f'<Ntry><Amt Ccy="VND">{total}<')
    sent.receive("camt.053", "1", BANK.signed(both))
    assert list(sent.states().values()) == ["settled", "settled", "sent", "sent"]
    assert sent.exceptions() == []


def test_s6_a_sum_entry_of_another_amount_moves_no_line(sent: Gateway) -> None:
    (file,) = sent.files()
    xml = _unsigned(BANK.statement(Booking(None, 1 - file.amount, "SUM")))
    start, end = xml.index("<NtryDtls>"), xml.index("</NtryDtls>") + len("</NtryDtls>")
    batch = f"<NtryDtls><Btch><PmtInfId>{file.payment_information_id}</PmtInfId><NbOfTxs>4</NbOfTxs></Btch></NtryDtls>"
    sent.receive("camt.053", "1", BANK.signed(xml[:start] + batch + xml[end:]))
    assert set(sent.states().values()) == {"sent"}
    assert sent.exceptions() == ["sum_entry"]


@pytest.mark.parametrize("details", [10, 12])
@pytest.mark.parametrize(("side", "kind"), [("DBIT", "details_differ"), ("CRDT", "unexplained_debit")])
def test_t7_details_that_no_database_adds_up_are_an_exception_about_their_entry(
    sent: Gateway, details: int, side: str, kind: str
) -> None:
    amount = sent.value("SELECT amount FROM payment WHERE payment_ref = 'TC-0001'")
    xml = _unsigned(BANK.statement(Booking(sent.end_to_end_id(), -amount, "D1")))
    start, end = xml.index("<TxDtls>"), xml.index("</NtryDtls>")
    huge = f'<TxDtls><Amt Ccy="VND">{"9" * 18}</Amt><CdtDbtInd>{side}</CdtDbtInd></TxDtls>'
    sent.put("camt.053", "1", BANK.signed(xml[:start] + huge * details + xml[end:]))
    other = sent.value("SELECT amount FROM payment WHERE payment_ref = 'TC-0002'")
    sent.put("camt.053", "2", BANK.statement(Booking(sent.end_to_end_id("TC-0002"), -other, "D2"), id_="S2"))
    assert [(each.state, each.bug) for each in sent.collect()] == [("processed", None)] * 2
    assert sent.exceptions() == [kind]
    assert sent.value("SELECT amount FROM exception") is None
    assert sent.states()["TC-0002"] == "settled"


@pytest.mark.parametrize("entries", [9, 8])
def test_t7_balances_that_differ_by_more_than_any_database_holds_are_an_exception_without_amount(
    sent: Gateway, entries: int
) -> None:
    most = int("9" * 18)
    bookings = [Booking(None, most, f"C{number}") for number in range(entries)]
    sent.put("camt.053", "1", BANK.statement(*bookings, opening=most, closing=-most))
    (received,) = sent.collect()
    assert (received.state, received.bug) == ("processed", None)
    found = sent.rows("SELECT amount FROM exception WHERE kind = 'statement_does_not_tie'")
    assert found == [(None,)]


def test_t7_a_debit_of_which_only_the_end_of_the_calendar_is_told_settles_and_delays_nobody(sent: Gateway) -> None:
    change = ODD["no date, no time of creation"][0]
    amount = sent.value("SELECT amount FROM payment WHERE payment_ref = 'TC-0001'")
    xml = change(_unsigned(BANK.statement(Booking(sent.end_to_end_id(), -amount, "D1"))))
    late = xml.replace("<Acct>", "<CreDtTm>9999-12-31T12:00:00+07:00</CreDtTm><Acct>", 1)
    sent.put("camt.053", "1", BANK.signed(late))
    (received,) = sent.collect()
    assert (received.state, received.bug) == ("processed", None)
    assert sent.states()["TC-0001"] == "settled"


@pytest.mark.parametrize("created", ["0001-01-01T00:00:00", "9999-12-31T23:59:59-05:00"])
def test_t7_an_answer_from_the_end_of_the_calendar_is_set_aside_and_delays_nobody(sent: Gateway, created: str) -> None:
    (file,) = sent.files()
    sent.put("pain.002", "1", BANK.status(file.message_id, group=("RJCT", "AM04"), created=created))
    sent.put("pain.002", "2", BANK.status(file.message_id, group=("ACCP", ""), id_="P2"))
    first, second = sent.collect()
    assert (first.state, first.error and first.error.code, first.bug) == ("quarantined", "date_time_unreadable", None)
    assert second.state == "processed"
    assert set(sent.states().values()) == {"accepted"}
