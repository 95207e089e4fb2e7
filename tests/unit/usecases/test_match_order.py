"""S3: what is concluded is a function of the set of evidence: every order of arrival ends the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from support.banks import Answerer, Booking
from support.gateways import Gateway, bank_key

BANK = Answerer(bank_key())

File = tuple[str, bytes]
"""(inbox, content)"""


def _picture(gateway: Gateway) -> dict[str, Any]:
    """All that must not depend on the order; rows are named by what the bank calls them, not by our numbers."""
    payments = gateway.rows(
        "SELECT payment_ref, state, reason, holds_key, returned_amount, debited_at, return_window_until FROM payment"
        " ORDER BY payment_ref"
    )
    allocations = gateway.rows(
        "SELECT p.payment_ref, a.kind, a.amount, a.booked_on, e.servicer_reference FROM allocation a"
        " JOIN payment p ON p.id = a.payment_id JOIN entry e ON e.id = a.entry_id ORDER BY 1, 2, 5"
    )
    exceptions = gateway.rows(
        "SELECT x.kind, p.payment_ref, x.amount, count(*) AS times FROM exception x"
        " LEFT JOIN payment p ON p.id = x.payment_id WHERE x.state = 'open' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )
    dispositions = gateway.rows("SELECT disposition, reason, count(*) AS times FROM entry GROUP BY 1, 2 ORDER BY 1, 2")
    named = {"payments": payments, "allocations": allocations, "exceptions": exceptions, "entries": dispositions}
    return {name: [tuple(row) for row in rows] for name, rows in named.items()}


def _pictures(gateway: Gateway, month: dict[str, File]) -> dict[tuple[str, ...], dict[str, Any]]:
    """Order of arrival -> picture; orders that begin alike are walked together."""
    by_channel(gateway)
    return dict(_walk(gateway, month, ()))


def _walk(gateway: Gateway, month: dict[str, File], so_far: tuple[str, ...]) -> Iterator[tuple[Any, dict[str, Any]]]:
    if len(so_far) == len(month):
        yield so_far, _picture(gateway)
        return
    with closing(sqlite3.connect(":memory:")) as here:
        _copy(gateway, lambda database: database.backup(here))
        for name in month.keys() - set(so_far):
            _copy(gateway, here.backup)
            _receive(gateway, name, *month[name])
            yield from _walk(gateway, month, (*so_far, name))


def _copy(gateway: Gateway, act: Callable[[Any], None]) -> None:
    connection = gateway.store.engine.raw_connection()
    act(connection.driver_connection)
    connection.close()


def _receive(gateway: Gateway, name: str, inbox: str, content: bytes) -> None:
    gateway.receive(inbox, name, content)
    for archived in gateway.place().glob("out/*/archive/*"):
        archived.unlink()


def by_channel(gateway: Gateway) -> None:
    """Proofs are tested elsewhere; here they would only cost time."""
    for code, profile in gateway.profiles.items():
        inboxes = tuple(replace(inbox, proof="channel") for inbox in profile.inboxes)
        gateway.profiles[code] = replace(profile, inboxes=inboxes)


def _require_equal(pictures: dict[tuple[str, ...], dict[str, Any]]) -> dict[str, Any]:
    assert len(pictures) > 1
    first, *others = sorted(pictures)
    for order in others:
        for aspect, expected in pictures[first].items():
            assert pictures[order][aspect] == expected, f"{aspect}: {order} differs from {first}"
    return pictures[first]


@pytest.fixture
def e2e(sent: Gateway) -> dict[int, str]:
    return {number: sent.end_to_end_id(f"TC-000{number}") for number in (1, 2, 3, 4)}


def _debit(e2e: dict[int, str], number: int, reference: str | None = None) -> Booking:
    return Booking(e2e[number], -(500_000 + number), reference or f"D{number}")


def test_s3_a_month_in_all_its_120_orders_ends_the_same(sent: Gateway, e2e: dict[int, str]) -> None:
    """Two reports, a notification, and the statements of two days, with everything that may go wrong in them."""
    (file,) = sent.files()
    accepted = tuple((e2e[number], "ACSP", "") for number in (1, 2, 3))
    month: dict[str, File] = {
        "answer": ("pain.002", BANK.status(file.message_id, id_="P1", transfers=(*accepted, (e2e[4], "RJCT", "AC04")))),
        "late": (
            "pain.002",
            BANK.status(
                file.message_id,
                id_="P2",
                created="2026-11-02T12:00:00+07:00",
                transfers=((e2e[1], "RJCT", "AC06"), (e2e[4], "ACSP", "")),
            ),
        ),
        "notice": ("camt.054", BANK.statement(_debit(e2e, 1), _debit(e2e, 2), message="camt.054", id_="N1")),
        "monday": (
            "camt.053",
            BANK.statement(
                *(_debit(e2e, number) for number in (1, 2, 3)),
                Booking(None, 700),
                Booking("EOTHER", -9, "X9"),
                id_="S1",
                sequence="1",
                opening=5_000_000,
            ),
        ),
        "tuesday": (
            "camt.053",
            BANK.statement(
                Booking(e2e[2], 500_002, "R2", "2026-11-03", return_reason="AC04"),
                Booking(e2e[3], 500_003, "V3", "2026-11-03", reversal=True),
                Booking(e2e[4], 100, "R4", "2026-11-03", return_reason="AC04"),
                id_="S2",
                sequence="2",
                opening=1,
                day="2026-11-03",
            ),
        ),
    }
    picture = _require_equal(_pictures(sent, month))
    assert [(ref, state) for ref, state, *_ in picture["payments"]] == [
        ("TC-0001", "settled"),
        ("TC-0002", "returned"),
        ("TC-0003", "sent"),
        ("TC-0004", "rejected"),
    ]
    assert [(kind, ref) for kind, ref, *_ in picture["exceptions"]] == [
        ("booked_and_rejected", "TC-0001"),
        ("chain_broken", None),
        ("contradiction", "TC-0004"),
        ("partial_return", "TC-0004"),
        ("unknown_credit", None),
        ("unknown_debit", None),
    ]


def test_s3_statuses_that_contradict_each_other_end_the_same_in_every_order(sent: Gateway, e2e: dict[int, str]) -> None:
    (file,) = sent.files()
    said = {"first": ("10", "RJCT", "AC04"), "then": ("11", "ACSP", ""), "last": ("12", "RJCT", "AC06")}
    month = {
        name: (
            "pain.002",
            BANK.status(
                file.message_id,
                id_=name,
                created=f"2026-11-02T{hour}:00:00+07:00",
                transfers=((e2e[1], status, reason),),
            ),
        )
        for name, (hour, status, reason) in said.items()
    }
    picture = _require_equal(_pictures(sent, month))
    assert [(kind, ref) for kind, ref, *_ in picture["exceptions"]] == [("contradiction", "TC-0001")]


def test_s3_debits_and_reversals_end_the_same_in_every_order(sent: Gateway, e2e: dict[int, str]) -> None:
    entries = {
        "debit": _debit(e2e, 1, "D1"),
        "again": _debit(e2e, 1, "D2"),
        "undone": Booking(e2e[1], 500_001, "V1", reversal=True),
        "return": Booking(e2e[2], 500_002, "R2", return_reason="AC04"),
    }
    month = {name: ("camt.054", BANK.statement(entry, message="camt.054", id_=name)) for name, entry in entries.items()}
    picture = _require_equal(_pictures(sent, month))
    assert [state for _, state, *_ in picture["payments"]] == ["settled", "returned", "sent", "sent"]
    assert [(kind, ref) for kind, ref, *_ in picture["exceptions"]] == [("second_debit", "TC-0001")]


def test_s3_a_file_rejection_and_its_transfers_end_the_same_in_every_order(sent: Gateway, e2e: dict[int, str]) -> None:
    (file,) = sent.files()
    later = "2026-11-02T12:00:00+07:00"
    month = {
        "group": ("pain.002", BANK.status(file.message_id, id_="group", group=("ACSP", ""))),
        "block": (
            "pain.002",
            BANK.status(
                file.message_id, id_="block", block=(file.payment_information_id, "RJCT", "AM04"), created=later
            ),
        ),
        "copy": (
            "pain.002",
            BANK.status(file.message_id, id_="copy", transfers=((e2e[1], "RJCT", "DUPL"),), created=later),
        ),
    }
    picture = _require_equal(_pictures(sent, month))
    assert {state for _, state, *_ in picture["payments"]} == {"rejected"}
    assert [(kind, ref) for kind, ref, *_ in picture["exceptions"]] == [("duplicate_rejection", None)]


def test_s2_s3_a_month_delivered_twice_changes_nothing(sent: Gateway, e2e: dict[int, str]) -> None:
    (file,) = sent.files()
    month = (
        ("pain.002", BANK.status(file.message_id, transfers=((e2e[4], "RJCT", "AC04"),))),
        ("camt.053", BANK.statement(_debit(e2e, 1), Booking(None, 700), Booking(None, 700))),
    )
    for number, (inbox, content) in enumerate(month):
        sent.receive(inbox, str(number), content)
    before = _picture(sent)
    for number, (inbox, content) in enumerate(month, 10):
        assert sent.receive(inbox, str(number), content).state == "duplicate"
    assert _picture(sent) == before
