"""What the database itself refuses when an exception ends, on both databases (M11, S6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from support.decisions import decision
from support.endings import open_kinds
from support.gateways import Gateway, row

from gateway.domain.errors import Busy
from gateway.domain.resolutions import ALONE, HANDLING
from gateway.store import evidence, resolutions
from gateway.store.tables import Resolution


@pytest.fixture
def sent(gateway: Gateway) -> Gateway:
    gateway.approved(row(1), row(2))
    gateway.send()
    return gateway


def _write(gateway: Gateway, kind: str, resolution: str, by: str, number: Callable[[Any], int] | None = None) -> None:
    """A row like those that ``resolve`` writes, by whoever writes SQL."""
    with gateway.store.begin() as tx:
        evidence.raise_exception(tx, kind, "vietinbank")
        item = tx.value("SELECT max(id) FROM exception")
        own = number(tx) if number else None
        ending = Resolution(exception_id=item, resolution=resolution, reason="x", resolved_by=by, resolved_at="now")
        ending.decision_id = own
        resolutions.add(tx, ending)


@pytest.mark.parametrize("kind", sorted(HANDLING))
def test_m11_the_database_lets_one_person_end_only_what_the_table_says(sent: Gateway, kind: str) -> None:
    if kind in ALONE:
        _write(sent, kind, "answered", "maker")
        return
    with pytest.raises(IntegrityError, match="M11"):
        _write(sent, kind, "answered", "maker")


@pytest.mark.parametrize(
    ("resolution", "by", "verb"),
    [
        ("explained", "checker", None),
        ("explained", "system", None),
        ("explained", "checker", "start"),
    ],
)
def test_m11_a_resolution_over_money_needs_the_executed_decision(
    sent: Gateway, resolution: str, by: str, verb: str | None
) -> None:
    with pytest.raises(IntegrityError, match="M11"):
        _write(sent, "unknown_debit", resolution, by, (lambda tx: decision(tx, verb)) if verb else None)


def test_m11_the_decision_is_of_two_and_on_the_very_exception(sent: Gateway) -> None:
    def proposed(tx: Any) -> int:
        return decision(tx, "exception resolve", str(tx.value("SELECT max(id) FROM exception")), executed=False)

    def of_another(tx: Any) -> int:
        return decision(tx, "exception resolve", "0")

    def of_two(tx: Any) -> int:
        return decision(tx, "exception resolve", str(tx.value("SELECT max(id) FROM exception")))

    for number in (proposed, of_another):
        with pytest.raises(IntegrityError, match="M11"):
            _write(sent, "unknown_debit", "explained", "checker", number)
    _write(sent, "unknown_debit", "explained", "checker", of_two)


@pytest.mark.parametrize(
    ("sql", "promise"),
    [
        ("DELETE FROM exception", "never deleted"),
        ("UPDATE exception SET kind = 'unknown_debit'", "fixed"),
        ("UPDATE exception SET state = 'open'", "S6 an exception ends by"),
        ("UPDATE resolution SET reason = 'other'", "insert-only"),
        ("DELETE FROM resolution", "insert-only"),
    ],
)
def test_s6_nothing_is_resolved_by_deleting_or_changing(sent: Gateway, sql: str, promise: str) -> None:
    _write(sent, "overdue", "answered", "maker")
    with pytest.raises(IntegrityError, match=promise), sent.store.begin() as tx:
        tx.run(sql)


def test_s6_an_exception_without_a_resolution_stays_open(sent: Gateway) -> None:
    with sent.store.begin() as tx:
        evidence.raise_exception(tx, "overdue", "vietinbank")
    with pytest.raises(IntegrityError, match="S6 an exception ends by"), sent.store.begin() as tx:
        tx.run("UPDATE exception SET state = 'resolved'")


def test_d3_two_people_who_end_it_at_once_end_it_once(sent: Gateway) -> None:
    _write(sent, "overdue", "answered", "maker")
    with sent.store.begin() as tx:
        number = tx.value("SELECT max(exception_id) FROM resolution")
    ending = Resolution(exception_id=number, resolution="mended", reason="x", resolved_by="both", resolved_at="now")
    with pytest.raises((Busy, IntegrityError)), sent.store.begin() as tx:
        resolutions.add(tx, ending)


def test_s3_what_people_have_ended_does_not_heal_and_open_again(sent: Gateway) -> None:
    _write(sent, "overdue", "answered", "maker")
    sql = "UPDATE exception SET state = 'open', healed_at = NULL"
    with pytest.raises(IntegrityError, match="S6 an exception ends by"), sent.store.begin() as tx:
        tx.run(sql)
    with sent.store.begin() as tx:
        evidence.raise_exception(tx, "file_unread", "vietinbank")
        resolutions.heal(tx, "kind = :kind", kind="file_unread")
    assert open_kinds(sent) == []
    with sent.store.begin() as tx:
        tx.run(f"{sql} WHERE kind = 'file_unread'")
    assert open_kinds(sent) == ["file_unread"]
