"""M10: a carry-over names the payment that it pays again, and is its one successor on the evidence of a re-issue."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from support.evidence import BANK, debit
from support.gateways import Gateway, person, row
from support.successors import approved, confirmed, proposed, rejected, returned, successor

from gateway.domain.errors import Refusal
from gateway.usecases import approve

CARRIED = {"payment_ref": "C-0001", "kind": "carry-over", "predecessor_ref": "TC-0001", "account": "1055500001"}


@pytest.fixture
def sent(gateway: Gateway) -> Gateway:
    """Four payments in one file that the partner has."""
    gateway.approved(*(row(number) for number in (1, 2, 3, 4)))
    gateway.send()
    for name in gateway.outbox():
        (gateway.place() / "in" / name).unlink()
    return gateway


def _carried(number: int = 1, **changes: str) -> dict[str, str]:
    return row(number, **(CARRIED | changes))


def _said(gateway: Gateway, *rows: dict[str, str]) -> list[tuple[int, str]]:
    return [(problem.row, problem.code) for problem in gateway.import_(rows).problems]


@pytest.mark.parametrize("end", [returned, rejected])
def test_m10_a_carry_over_is_the_successor_of_the_payment_that_it_names(sent: Gateway, end: Any) -> None:
    end(sent)
    imported = sent.import_([_carried(benefit_month="2026-11")], period="2026-12")
    assert imported.problems == []
    found = successor(sent, "C-0001")
    first = sent.rows("SELECT id, holds_key FROM payment WHERE payment_ref = 'TC-0001'")[0]
    assert (found.predecessor_id, found.kind, bool(found.holds_key)) == (first.id, "carry-over", True)
    assert not first.holds_key
    approved(sent, imported.batch.id)
    sent.send()
    assert successor(sent, "C-0001").state == "sent"
    (told, *_) = sent.rows("SELECT evidence FROM history WHERE subject = :e ORDER BY id", e=found.end_to_end_id)
    assert told.evidence.startswith(f"carry-over of {sent.end_to_end_id()} (")


def test_m10_without_the_name_it_is_a_second_line_of_the_month(sent: Gateway) -> None:
    assert _said(sent, _carried(predecessor_ref="")) == [(2, "benefit_already_paid")]


def test_m10_what_has_not_ended_is_not_carried_over(sent: Gateway) -> None:
    assert _said(sent, _carried()) == [(2, "reissue_not_ended")]


def test_m10_a_rejection_alone_is_no_proof(sent: Gateway) -> None:
    (file,) = sent.files()
    told = ((sent.end_to_end_id(), "RJCT", "AC04"),)
    sent.receive("pain.002", "1", BANK.status(file.message_id, transfers=told))
    assert _said(sent, _carried()) == [(2, "reissue_too_early")]


UNFIT = {
    "another kind": ({"kind": "regular"}, ["predecessor_of_other_kind"]),
    "nobody's reference": ({"predecessor_ref": "TC-9999"}, ["predecessor_unknown"]),
    "another amount": ({"amount": "1"}, ["predecessor_differs"]),
    "another person": ({"beneficiary_id": row(9)["beneficiary_id"]}, ["predecessor_differs"]),
    "another month": ({"benefit_month": "2026-10"}, ["predecessor_differs"]),
}


@pytest.mark.parametrize("name", UNFIT)
def test_m10_a_carry_over_pays_the_same_benefit_whole(sent: Gateway, name: str) -> None:
    returned(sent)
    changes, codes = UNFIT[name]
    assert [code for _row, code in _said(sent, _carried(**changes))] == codes
    assert sent.value("SELECT count(*) FROM payment WHERE predecessor_id IS NOT NULL") == 0


def test_m10_a_payment_is_carried_over_once(sent: Gateway) -> None:
    returned(sent)
    both = _said(sent, _carried(), _carried(payment_ref="C-0002"))
    assert (3, "duplicate_predecessor") in both
    assert _said(sent, _carried()) == []
    assert (2, "reissue_exists") in _said(sent, _carried(payment_ref="C-0002"))
    with pytest.raises(Refusal, match="reissue_exists"):
        proposed(sent)


def test_m10_what_was_reissued_is_not_carried_over(sent: Gateway) -> None:
    returned(sent)
    assert confirmed(sent, proposed(sent)) == "executed"
    assert (2, "reissue_exists") in _said(sent, _carried())


def test_m10_the_place_of_a_cancelled_carry_over_is_taken_by_the_next(sent: Gateway) -> None:
    returned(sent)
    batch = sent.import_([_carried()]).batch.id
    approve.cancel(sent.context, batch, "maker", person("maker"))
    assert _said(sent, _carried(payment_ref="C-0002")) == []
    cancelled = sent.value("SELECT id FROM payment WHERE payment_ref = 'C-0001'")
    assert successor(sent, "C-0002").predecessor_id == cancelled


def test_s2_the_same_list_again_is_seen_already(sent: Gateway) -> None:
    returned(sent)
    assert _said(sent, _carried()) == []
    assert sent.import_([_carried()]).already_seen


def test_m12_the_predecessor_is_a_part_of_what_the_row_says(sent: Gateway) -> None:
    returned(sent)
    batch = sent.import_([_carried()]).batch
    assert batch.rows_sha256 != sent.import_([_carried(predecessor_ref="")]).batch.rows_sha256


def test_m10_a_carry_over_is_held_when_its_predecessor_is_booked_after_all(sent: Gateway) -> None:
    returned(sent)
    approved(sent, sent.import_([_carried()]).batch.id)
    undone = debit(sent, reference="U1", reversal=True, day="2026-11-06")
    sent.receive("camt.053", "late", BANK.statement(undone, id_="SL", day="2026-11-06"))
    assert successor(sent, "C-0001").state == "held"
    assert "successor_held" in sent.exceptions()


@pytest.mark.parametrize(("kind", "allowed"), [("carry-over", True), ("one-off", False), ("arrears", False)])
def test_m10_the_database_takes_a_successor_of_the_same_kind_or_a_carry_over(
    sent: Gateway, kind: str, allowed: bool
) -> None:
    returned(sent)
    fields = {"id": 91, "line": 91, "payment_ref": "X", "end_to_end_id": "EX", "uetr": "x", "kind": kind,
              "state": "ready", "predecessor_id": 1, "holds_key": True}  # fmt: skip
    with sent.store.begin() as tx:
        columns = list(tx.rows("SELECT * FROM payment WHERE id = 1")[0]._mapping)
        values = ", ".join(f":{name}" if name in fields else name for name in columns)
        sql = f"INSERT INTO payment ({', '.join(columns)}) SELECT {values} FROM payment WHERE id = 1"
        if allowed:
            tx.run(sql, **fields)
            return
    with pytest.raises(DBAPIError, match="M10"), sent.store.begin() as tx:
        tx.run(sql, **fields)
