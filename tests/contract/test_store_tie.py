"""The tie of a day on both databases: two equations, by day and by moment of knowledge, every difference a row."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from support.banks import Answerer, Booking
from support.gateways import Gateway, bank_key, person, row

from gateway.reports.tie import Difference, Question, Tie, daily_tie
from gateway.store import fundings
from gateway.store import tie as queries
from gateway.usecases import decide
from gateway.usecases.acts import ACTS

BANK = Answerer(bank_key())
OPENING = 9_000_000
MONDAY, TUESDAY = date(2026, 11, 2), date(2026, 11, 3)
ACCOUNT = "110000000001"


def asked(gateway: Gateway, day: date, known_at: datetime | None = None, **changes: Any) -> Tie:
    question = Question(
        day=day,
        known_at=known_at,
        payer=None,
        books={"vietinbank": "camt.053"},
        accounts=None,
        is_working=lambda each: each.weekday() < 5,
        today=gateway.clock.value.date(),
    )
    return daily_tie(gateway.store, replace(question, **changes))


@pytest.fixture
def sent(gateway: Gateway) -> Gateway:
    gateway.approved(*(row(number) for number in range(1, 6)))
    gateway.send()
    return gateway


def ids(gateway: Gateway) -> list[str]:
    return [each.end_to_end_id for each in gateway.rows("SELECT end_to_end_id FROM payment ORDER BY id")]


def monday(gateway: Gateway, *more: Booking) -> None:
    e2e = ids(gateway)
    debits = [Booking(e2e[index], -500_001 - index, f"D{index}") for index in (0, 1, 3)]
    gateway.receive("camt.054", "1", BANK.statement(debits[0], message="camt.054", id_="N1"))
    entries = (*debits, Booking(None, -7, "X"), *more)
    gateway.receive("camt.053", "1", BANK.statement(*entries, id_="S1", sequence="1", opening=OPENING))


def tuesday(gateway: Gateway) -> None:
    e2e = ids(gateway)
    back = Booking(e2e[1], 500_002, "R1", "2026-11-03", return_reason="AC04")
    undone = Booking(e2e[3], 500_004, "V3", "2026-11-03", reversal=True)
    opening = OPENING - 500_001 - 500_002 - 500_004 - 7
    statement = BANK.statement(back, undone, id_="S2", sequence="2", opening=opening, day="2026-11-03")
    gateway.receive("camt.053", "2", statement)


@pytest.fixture
def month(sent: Gateway) -> Gateway:
    """One payment each that is settled, returned, rejected, reversed, open; and a stranger's debit."""
    (file,) = sent.files()
    rejected = (ids(sent)[2], "RJCT", "E017")
    sent.receive("pain.002", "1", BANK.status(file.message_id, group=("PART", ""), transfers=(rejected,)))
    monday(sent)
    tuesday(sent)
    return sent


def places(tie: Tie) -> dict[str, int]:
    names = ("approved", "debited", "returned", "rejected", "cancelled", "held", "open")
    return {name: sum(getattr(each, name) for each in tie.payments) for name in names}


def equations(tie: Tie) -> None:
    for each in tie.payments:
        parts = each.debited + each.returned + each.rejected + each.cancelled + each.held + each.open
        assert each.approved == parts
    for day in tie.accounts:
        incoming = day.opening + day.funding + day.other_credits + day.returned_net + day.reversals
        assert incoming - day.debits - day.fees - day.other_debits + day.difference == day.closing


def test_each_day_ties_as_it_was_booked(month: Gateway) -> None:
    first, second = asked(month, MONDAY), asked(month, TUESDAY)
    assert places(first) == {
        "approved": 2_500_015, "debited": 1_500_007, "returned": 0, "rejected": 500_003, "cancelled": 0, "held": 0,
        "open": 500_005,
    }  # fmt: skip
    assert places(second) == places(first) | {"debited": 500_001, "returned": 500_002, "open": 1_000_009}
    for each in (first, second):
        equations(each)
        assert (each.differences, each.awaited, each.ties) == ([], [], True)


def test_an_account_says_what_each_entry_is(month: Gateway) -> None:
    (day,) = asked(month, MONDAY).accounts
    assert (day.opening, day.debits, day.other_debits, day.fees) == (OPENING, 1_500_007, 7, 0)
    assert (day.returned_net, day.reversals, day.other_credits, day.funding) == (0, 0, 0, 0)
    (day,) = asked(month, TUESDAY).accounts
    assert (day.returned_net, day.reversals, day.debits) == (500_002, 500_004, 0)
    assert [(each.kind, each.reference, each.amount) for each in asked(month, MONDAY).unexplained] == [
        ("unknown_debit", "X", -7)
    ]


def test_an_entry_that_was_told_before_is_what_it_was_then(sent: Gateway) -> None:
    debit = Booking(ids(sent)[0], -500_001)
    sent.receive("camt.054", "1", BANK.statement(debit, message="camt.054", id_="N1"))
    sent.receive("camt.053", "1", BANK.statement(debit, id_="S1", opening=OPENING))
    assert [(day.debits, day.other_debits) for day in asked(sent, MONDAY).accounts] == [(500_001, 0)]


def test_before_its_approval_nothing_is_there(month: Gateway) -> None:
    assert asked(month, MONDAY - timedelta(days=1)).payments == []


def test_a_day_is_told_with_what_was_known_when(sent: Gateway) -> None:
    before = sent.clock.value
    sent.clock.pass_(hours=1)
    monday(sent)
    between = sent.clock.value
    sent.clock.pass_(days=1)
    tuesday(sent)
    assert places(asked(sent, MONDAY, before))["open"] == 2_500_015
    assert asked(sent, MONDAY, before).awaited == [Difference("statement_awaited", "2026-11-02", "vietinbank", ACCOUNT)]
    assert places(asked(sent, MONDAY, between))["debited"] == 1_500_007
    assert places(asked(sent, TUESDAY, between))["debited"] == 1_500_007
    assert places(asked(sent, TUESDAY))["returned"] == 500_002
    assert asked(sent, MONDAY, before).accounts == []


def test_a_charge_of_the_bank_is_a_fee_and_money_that_comes_in_another_credit(sent: Gateway) -> None:
    monday(sent, Booking(None, 9_000, "F"))
    with sent.store.begin() as tx:
        tx.run("UPDATE entry SET bank_code = 'PMNT/MDOP/CHRG' WHERE servicer_reference = 'X'")
    result = asked(sent, MONDAY)
    equations(result)
    assert [(day.fees, day.other_debits, day.other_credits) for day in result.accounts] == [(7, 0, 9_000)]


def confirmed(gateway: Gateway, amount: int, reference: str, day: str = "2026-11-02") -> None:
    told = {"amount": str(amount), "date": day, "reference": reference}
    proposal = decide.Proposal(f"vietinbank {ACCOUNT}", "treasury", told)
    found = decide.propose(gateway.context, ACTS["funding confirm"], proposal, "checker", person("checker"))
    decide.confirm(gateway.context, ACTS, found.reference, "checker2", person("checker2"))


def test_confirmed_funding_is_told_apart_from_other_credits(sent: Gateway) -> None:
    before = sent.clock.value
    sent.clock.pass_(hours=1)
    confirmed(sent, 9_000, "FT1")
    confirmed(sent, 7_000, "FT2")
    confirmed(sent, 5_000, "FT3")
    by_reference, by_day = Booking(None, 9_000, "FT1"), Booking(None, 7_000, "B7")
    twice = (Booking(None, 5_000, "B8"), Booking(None, 5_000, "B9"))
    sent.receive("camt.054", "2", BANK.statement(by_reference, message="camt.054", id_="N2"))
    monday(sent, by_reference, by_day, *twice, Booking(None, 11, "C"))
    result = asked(sent, MONDAY)
    equations(result)
    assert [(day.funding, day.other_credits) for day in result.accounts] == [(16_000, 10_011)]
    assert sorted(each.reference for each in result.unexplained) == ["B8", "B9", "C", "X"]
    with sent.store.read() as tx:
        assert len(fundings.confirmed(tx, "vietinbank", ACCOUNT, MONDAY, queries.EVER)) == 3
        moment = before.astimezone(UTC).isoformat(timespec="microseconds")
        assert fundings.confirmed(tx, "vietinbank", ACCOUNT, MONDAY, moment) == []


def test_a_return_of_the_same_amount_is_no_funding(sent: Gateway) -> None:
    confirmed(sent, 500_001, "FT1")
    confirmed(sent, 6, "FT2")
    back = Booking(ids(sent)[0], 500_001, "FT1", return_reason="AC04")
    monday(sent, back, Booking(None, 6, "FT2", return_reason="AC04"))
    assert [(day.funding, day.returned_net) for day in asked(sent, MONDAY).accounts] == [(0, 500_001)]


def test_s4_a_day_that_no_balance_proves_is_said_and_does_not_tie(month: Gateway) -> None:
    for day in (MONDAY - timedelta(days=1), MONDAY - timedelta(days=3)):
        result = asked(month, day)
        assert result.awaited == [Difference("account_unproven", day.isoformat(), "vietinbank", ACCOUNT, None, "VND")]
        assert (result.differences, result.accounts, result.ties) == ([], [], False)


def test_s4_a_statement_without_balances_proves_no_day(sent: Gateway) -> None:
    sent.receive("camt.053", "1", BANK.statement(Booking(None, 5, "A"), id_="S1", sequence="1"))
    assert [each.kind for each in asked(sent, MONDAY).awaited] == ["account_unproven"]


def test_where_a_rejected_payment_is_its_bookings_say_by_their_own_days(sent: Gateway) -> None:
    (file,), e2e = sent.files(), ids(sent)[2]
    sent.receive("pain.002", "1", BANK.status(file.message_id, group=("PART", ""), transfers=((e2e, "RJCT", "AC04"),)))
    later = Booking(e2e, -500_003, "D3", "2026-11-04")
    sent.receive("camt.054", "3", BANK.statement(later, message="camt.054", id_="N3"))
    assert places(asked(sent, MONDAY))["rejected"] == 500_003
    assert places(asked(sent, date(2026, 11, 4)))["debited"] == 500_003
    sent.clock.pass_(days=3)
    early = (Booking(e2e, -500_003, "D3E"), Booking(e2e, 500_003, "V3E", reversal=True))
    sent.receive("camt.054", "4", BANK.statement(*early, message="camt.054", id_="N4"))
    assert (places(asked(sent, MONDAY))["rejected"], places(asked(sent, MONDAY))["open"]) == (0, 2_500_015)


def test_m1_a_second_debit_is_a_row_with_the_payment(sent: Gateway) -> None:
    e2e = ids(sent)[0]
    monday(sent, Booking(e2e, -500_001, "AGAIN"))
    result = asked(sent, MONDAY)
    assert result.differences == [Difference("booked_differs", e2e, "vietinbank", "", 500_001, "VND")]
    assert not result.ties


def test_a_state_that_the_evidence_does_not_give_is_a_row(month: Gateway) -> None:
    with month.store.begin() as tx:
        tx.run("UPDATE payment SET state = 'sent' WHERE end_to_end_id = :e", e=ids(month)[0])
    assert [(each.kind, each.reference) for each in asked(month, TUESDAY).differences] == [
        ("state_differs", ids(month)[0])
    ]


def test_a_booking_that_the_closed_statement_does_not_have_is_a_row(sent: Gateway) -> None:
    e2e = ids(sent)[4]
    sent.receive("camt.054", "9", BANK.statement(Booking(e2e, -500_005, "D9"), message="camt.054", id_="N9"))
    assert asked(sent, MONDAY).differences == []
    monday(sent)
    assert asked(sent, MONDAY).differences == [
        Difference("not_in_statement", e2e, "vietinbank", ACCOUNT, 500_005, "VND")
    ]


def test_a_statement_that_does_not_tie_and_a_day_without_one_are_rows(sent: Gateway) -> None:
    statement = BANK.statement(Booking(None, 5, "A"), id_="S1", opening=10, closing=17)
    sent.receive("camt.053", "1", statement)
    result = asked(sent, MONDAY)
    equations(result)
    assert [(each.kind, each.amount) for each in result.differences] == [("statement_does_not_tie", 2)]
    assert [day.difference for day in result.accounts] == [2]
    sent.receive("camt.053", "2", BANK.statement(id_="S2", opening=17, day="2026-11-04"))
    assert [each.kind for each in asked(sent, TUESDAY).differences] == ["day_missing"]


def test_only_one_payer_and_its_accounts(month: Gateway) -> None:
    payer = month.value("SELECT payer FROM batch")
    assert asked(month, MONDAY, payer=payer, accounts={"vietinbank": [ACCOUNT]}) == asked(month, MONDAY)
    other = asked(month, MONDAY, payer="nobody", accounts={"vietinbank": []})
    assert (other.payments, other.accounts, other.ties) == ([], [], True)


def test_a5_sums_that_no_database_holds_are_exact(gateway: Gateway) -> None:
    amounts = " UNION ALL ".join(["SELECT CAST(9223372036854775807 AS BIGINT) AS amount"] * 20)
    for sign in ("", "-"):
        with gateway.store.read() as tx:
            found = tx.run(f"SELECT {queries.halves(f'{sign}a.amount', 'x')} FROM ({amounts}) a").one()
        assert queries.whole(found, "x") == int(f"{sign}1") * 20 * (2**63 - 1)
