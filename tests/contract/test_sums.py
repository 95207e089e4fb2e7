"""Sums that no database holds are exceptions about their entry, on both databases alike (T7, S5)."""

from __future__ import annotations

import pytest
from support.gateways import Gateway
from support.stores import START

from gateway.store import bulk, evidence, matching
from gateway.store.matching import sums
from gateway.store.tables import FileIn, Statement

HUGE = int("9" * 18)


def _entry(gateway: Gateway, amount: int, details: list[int]) -> None:
    """An open entry with these details, of the file 1."""
    with gateway.store.begin() as tx:
        file = FileIn(id=1, reference="R1", partner="bank", folder="/out", name="1", sha256="0" * 64, size_bytes=1,
                      state="processed", received_at=START.isoformat())  # fmt: skip
        tx.session.add(file)
        tx.session.flush()
        statement = Statement(id=0, file_in_id=1, ordinal=1, partner="bank", message="camt.053", version="08",
                              message_id="M", statement_id="S", account="1")  # fmt: skip
        evidence.add_statement(tx, statement, [])
        entry = {"id": 1, "statement_id": statement.id, "ordinal": 1, "identity": b"1", "amount": amount,
                 "currency": "VND", "reversal": False, "problems": "", "disposition": "open"}  # fmt: skip
        bulk.insert(tx, "entry", evidence.ENTRY_COLUMNS, [[entry.get(name) for name in evidence.ENTRY_COLUMNS]])
        rows = [
            {"id": number, "entry_id": 1, "ordinal": number, "amount": each, "currency": "VND", "is_return": False,
             "reversal": False}
            for number, each in enumerate(details, 1)
        ]  # fmt: skip
        bulk.insert(tx, "detail", evidence.DETAIL_COLUMNS, [[r.get(n) for n in evidence.DETAIL_COLUMNS] for r in rows])


@pytest.mark.parametrize(
    ("amount", "details", "found"),
    [
        (-5, [-2, -3], []),
        (5_000_000_001, [2_999_999_999, 2_000_000_002], []),
        (-HUGE, [-HUGE + 1, -1], []),
        (-5_000_000_001, [-2_999_999_999, -2_000_000_001], [("unexplained_debit", -1)]),
        (0, [HUGE] * 12, [("unexplained_debit", None)]),
        (0, [-HUGE] * 12, [("details_differ", None)]),
        (HUGE, [HUGE] * 10 + [-HUGE] * 9, []),
        (HUGE, [-HUGE] * 7, [("details_differ", 8 * HUGE)]),
    ],
)
def test_s5_details_are_compared_with_their_entry_whatever_they_add_up_to(
    gateway: Gateway, amount: int, details: list[int], found: list[tuple[str, int | None]]
) -> None:
    _entry(gateway, amount, details)
    with gateway.store.begin() as tx:
        matching.examine(tx, 1)
        matching.name(tx)
        matching.set_apart(tx)
        sums.allocate(tx, (), less_rejected=True)
        matching.gather(tx)
        matching.leave(tx)
    apart = "SELECT kind, amount FROM exception WHERE detail_id IS NULL"
    assert [tuple(row) for row in gateway.rows(apart)] == found
