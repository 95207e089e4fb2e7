"""A re-pay run: all payments of a batch that may be paid again, from a corrected list; the others with reasons."""

from __future__ import annotations

import pytest
from support.evidence import BANK, debit
from support.gateways import Gateway
from support.successors import confirmed, corrected, corrections, proposed_run, repaid, returned, successor

from gateway.domain.errors import Refusal
from gateway.usecases import reissue


@pytest.fixture
def two_returned(sent: Gateway) -> Gateway:
    """Two payments returned, one debited, one open."""
    returned(sent, "TC-0001")
    returned(sent, "TC-0002")
    sent.receive("camt.053", "d3", BANK.statement(debit(sent, "TC-0003"), id_="SD3"))
    return sent


def _batch(gateway: Gateway) -> str:
    return str(gateway.value("SELECT min(id) FROM batch"))


def test_m10_a_run_pays_again_what_may_be_paid_again_and_nothing_else(two_returned: Gateway) -> None:
    rows = [corrected(f"TC-000{number}") for number in (1, 2, 3, 4)]
    batch = repaid(two_returned, *rows)
    made = two_returned.rows("SELECT payment_ref, line FROM payment WHERE batch_id = :b ORDER BY id", b=batch)
    assert [tuple(each) for each in made] == [("TC-0001.R1", 2), ("TC-0002.R1", 3)]
    (row,) = two_returned.rows("SELECT * FROM batch WHERE id = :b", b=batch)
    first = two_returned.value("SELECT sum(amount) FROM payment WHERE payment_ref IN ('TC-0001', 'TC-0002')")
    assert (row.state, row.payments, row.amount) == ("ready", 2, first)
    assert (row.predecessor, row.maker, row.source_name) == (_batch(two_returned), "maker", "list.csv")


def test_every_row_that_may_not_is_told_with_its_reason(two_returned: Gateway) -> None:
    rows = [
        corrected("TC-0001"),
        corrected("TC-0003"),
        corrected("TC-0004", bank="nobank"),
        corrected("TC-0009"),
        corrected("TC-0001"),
        corrected("TC-0002", account="1"),
        corrected("TC-0002", bank="nobank"),
    ]
    plan = reissue.preview(two_returned.context, _batch(two_returned), corrections(*rows), "list.csv")
    assert [(each.row, each.field, each.code) for each in plan.problems] == [
        (3, "payment_ref", "reissue_not_ended"),
        (4, "payment_ref", "reissue_not_ended"),
        (5, "payment_ref", "payment_not_in_batch"),
        (6, "payment_ref", "duplicate_payment_ref"),
        (8, "payment_ref", "duplicate_payment_ref"),
    ]
    assert sorted(line.payment_ref for line in plan.lines.values()) == ["TC-0001.R1", "TC-0002.R1"]
    assert two_returned.value("SELECT count(*) FROM batch") == 1


def test_a_list_of_which_nothing_may_be_paid_again_is_no_run(two_returned: Gateway) -> None:
    with pytest.raises(Refusal, match="nothing_to_repay"):
        proposed_run(two_returned, corrected("TC-0003"), corrected("TC-0004"))


def test_m10_a_run_lapses_when_one_of_its_payments_may_not_be_paid_again_any_more(two_returned: Gateway) -> None:
    decision = proposed_run(two_returned, corrected("TC-0001"), corrected("TC-0002"))
    undone = debit(two_returned, reference="U1", reversal=True)
    two_returned.receive("camt.053", "u", BANK.statement(undone, id_="SU"))
    assert confirmed(two_returned, decision) == "lapsed"
    assert two_returned.value("SELECT count(*) FROM batch") == 1


def test_another_payee_is_named_with_the_ground_for_it(two_returned: Gateway) -> None:
    plan = reissue.preview(
        two_returned.context,
        _batch(two_returned),
        corrections(corrected("TC-0001", payee_name="Tran Thi B"), corrected("TC-0002", payee_name="Tran Thi B",
                                                                            payee_basis="guardian")),
        "list.csv",
    )  # fmt: skip
    assert [(each.row, each.code) for each in plan.problems] == [(2, "payee_basis_missing")]
    assert [line.payee_name for line in plan.lines.values()] == ["Tran Thi B"]


def test_the_history_of_a_successor_begins_with_whose_it_is_and_who_decided(two_returned: Gateway) -> None:
    repaid(two_returned, corrected("TC-0002"))
    made = successor(two_returned, "TC-0002.R1")
    decision = two_returned.value("SELECT reference FROM decision WHERE verb <> 'operator add'")
    (first,) = two_returned.rows("SELECT * FROM history WHERE subject = :s", s=made.end_to_end_id)
    before = two_returned.end_to_end_id("TC-0002")
    assert (first.source, first.target) == ("", "ready")
    assert first.evidence == f"re-issue of {before} (returned), decision {decision}"
