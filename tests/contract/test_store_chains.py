"""S3, S4 on both databases: the open exceptions of a chain of statements are a function of the set of them."""

from __future__ import annotations

from typing import Any

import pytest
from support.decisions import decision
from support.evidence import BANK, Booking, resigned
from support.gateways import Gateway

from gateway.store import resolutions
from gateway.store.tables import Resolution


def _page(number: int, *bookings: Booking, last: bool = False, **options: Any) -> bytes:
    pagination = f"<StmtPgntn><PgNb>{number}</PgNb><LastPgInd>{str(last).lower()}</LastPgInd></StmtPgntn>"
    id_ = f"S1-{number}"
    written = BANK.statement(*bookings, id_=id_, sequence="1", **options)
    return resigned(written, f"<Id>{id_}</Id>", f"<Id>S1</Id>{pagination}")


def _later(document: bytes) -> bytes:
    """The same, made an hour later."""
    number = "</ElctrncSeqNb><CreDtTm>2026-11-02T"
    return resigned(document, f"{number}17", f"{number}18")


def _balanced(document: bytes, kind: str, kept: str) -> bytes:
    """Of the two balances only one; an interim one where it is named so."""
    return resigned(document, f"<Cd>{kind}</Cd>", f"<Cd>{kept}</Cd>")


MONTH = {
    "page 1": _balanced(_page(1, Booking(None, 5, "A"), opening=10), "CLBD", "ITBD"),
    "page 2": _balanced(_page(2, Booking(None, 6, "B"), last=True, opening=15), "OPBD", "ITBD"),
    "tuesday": BANK.statement(
        Booking(None, 7, "C", "2026-11-03"), id_="S2", sequence="2", opening=21, day="2026-11-03"
    ),
    "thursday": BANK.statement(id_="S4", sequence="4", opening=28, day="2026-11-05"),
}


def _received(gateway: Gateway, *names: str, month: dict[str, bytes] = MONTH) -> list[str]:
    for name in names:
        gateway.receive("camt.053", str(gateway.value("SELECT count(*) FROM file_in")), month[name])
    return [kind for kind in gateway.open_exceptions() if kind != "unknown_credit"]


ORDERS = (
    ("page 1", "page 2", "tuesday", "thursday"),
    ("thursday", "tuesday", "page 2", "page 1"),
    ("page 2", "thursday", "page 1", "tuesday"),
)


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
def test_s3_a_gap_stays_and_what_has_arrived_heals_in_any_order(gateway: Gateway, order: tuple[str, ...]) -> None:
    assert _received(gateway, *order) == ["statement_gap"]
    (gap,) = gateway.rows("SELECT params, amount, healed_at FROM exception WHERE state = 'open' AND kind LIKE 's%'")
    assert '"numbers": "3"' in gap.params
    assert (gap.amount, gap.healed_at) == (None, None)
    assert gateway.value("SELECT count(*) FROM exception WHERE state = 'resolved' AND healed_at IS NULL") == 0


def test_a_missing_page_is_one_exception_until_it_is_there(gateway: Gateway) -> None:
    assert _received(gateway, "page 2", "page 2") == ["page_missing"]
    assert _received(gateway, "page 1") == []
    assert gateway.value("SELECT count(*) FROM exception WHERE kind = 'page_missing'") == 1
    assert gateway.value("SELECT count(*) FROM exception WHERE healed_at IS NOT NULL") == 1


def test_pages_that_arrive_in_one_round_are_nothing_for_a_person(gateway: Gateway) -> None:
    empty = {"page 1": _page(1, opening=10), "page 2": _page(2, last=True, opening=10)}
    for name, change in (("page 1", ("CLBD", "ITBD")), ("page 2", ("OPBD", "ITBD"))):
        gateway.put("camt.053", name[-1], _balanced(empty[name], *change))
    assert [file.matched.exceptions for file in gateway.collect()] == [0, 0]
    assert gateway.open_exceptions() == []


@pytest.mark.parametrize("order", [("first", "second"), ("second", "first")], ids=" ".join)
def test_s3_a_corrected_statement_is_told_and_the_newer_counts(gateway: Gateway, order: tuple[str, ...]) -> None:
    first = BANK.statement(Booking(None, 5, "A"), id_="S1", sequence="1", opening=10, closing=10)
    second = BANK.statement(Booking(None, 5, "A"), id_="S1B", sequence="1", opening=10)
    month = {
        "first": first,
        "second": _later(second),
    }
    assert _received(gateway, *order, month=month) == ["statement_corrected"]


def test_what_a_person_has_resolved_stays_resolved_while_nothing_of_it_changes(gateway: Gateway) -> None:
    broken = BANK.statement(id_="S2", sequence="2", opening=30, day="2026-11-03")
    month = {"first": BANK.statement(id_="S1", sequence="1", opening=10), "second": broken}
    assert _received(gateway, "first", "second", month=month) == ["chain_broken"]
    with gateway.store.begin() as tx:
        number = tx.value("SELECT id FROM exception")
        ending = Resolution(
            exception_id=number, resolution="cleared", reason="x", resolved_by="checker", resolved_at=""
        )
        ending.decision_id = decision(tx, "exception resolve", str(number))
        resolutions.add(tx, ending)
    later = {"third": BANK.statement(id_="S3", sequence="3", opening=30, day="2026-11-04")}
    assert _received(gateway, "third", month=later) == []
    corrected = BANK.statement(id_="S2B", sequence="2", opening=31, closing=30, day="2026-11-03")
    again = {"second": _later(corrected)}
    assert _received(gateway, "second", month=again) == [
        "chain_broken",
        "statement_corrected",
        "statement_does_not_tie",
    ]


def test_each_account_of_a_file_and_each_currency_has_a_chain_of_its_own(gateway: Gateway) -> None:
    for name, currency, opening in (("1", "VND", 10), ("2", "USD", 500), ("3", "VND", 10)):
        document = BANK.statement(id_=f"S{name}", sequence=name, opening=opening, day=f"2026-11-0{int(name) + 1}")
        gateway.receive("camt.053", name, resigned(document, "VND", currency) if currency != "VND" else document)
    (gap,) = gateway.rows("SELECT kind, currency FROM exception WHERE state = 'open'")
    assert tuple(gap) == ("statement_gap", "VND")


def test_negative_balances_and_balances_in_any_order_tie(gateway: Gateway) -> None:
    document = BANK.statement(Booking(None, -25, "A"), id_="S1", sequence="1", opening=10)
    start, end = document.index(b"<Bal>"), document.rindex(b"</Bal>") + len(b"</Bal>")
    opening, closing = document[start:end].decode().split("</Bal>")[:2]
    turned = resigned(document, f"{opening}</Bal>{closing}</Bal>", f"{closing}</Bal>{opening}</Bal>")
    gateway.receive("camt.053", "1", turned)
    (row,) = gateway.rows("SELECT opening, closing, ties FROM statement")
    assert (row.opening, row.closing, bool(row.ties)) == (10, -15, True)
    gateway.receive("camt.053", "2", BANK.statement(id_="S2", sequence="2", opening=-15, day="2026-11-03"))
    assert gateway.open_exceptions() == ["unknown_debit"]
