"""Rates on both databases: insert-only, by the decision of two only, and as these signed them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError
from support.decisions import decision
from support.gateways import Gateway
from support.rates import LEVEL, RISE, confirmed, proposed, rates_of
from support.tampering import Original, edit

from gateway.usecases import integrity

_ROW = (
    "INSERT INTO rate (id, decision_id, kind, programme, group_code, place, age_from, age_below, since, until, value,"
    " in_force, legal, source, confidence) VALUES (:id, :d, 'level', 'p', '', '', 0, NULL, '2026-07', NULL, 100,"
    " '2026-10-05', 'decree', 'gazette', 'high')"
)
COEFFICIENT = 'coefficient,pension,g,,60,80,2024-07,,"1,5",2024-07-01,20/2021,gazette,medium'
AMOUNT = "amount,merit,invalid-61,,,,2024-07,,1770050,2024-07-01,77/2024,gazette,low"
ADDITION = "addition,pension,,00004,,,2026-01,2026-12,50000,2026-01-01,resolution 7,gazette,low"


@pytest.mark.parametrize(
    ("verb", "subject", "executed", "allowed"),
    [
        ("rate import", "rates", True, True),
        ("rate import", "rates", False, False),
        ("rate import", "other", True, False),
        ("start", "rates", True, False),
    ],
)
def test_m11_a_rate_needs_the_executed_decision_of_two_and_stays(
    gateway: Gateway, verb: str, subject: str, executed: bool, allowed: bool
) -> None:
    with gateway.store.begin() as tx:
        number = decision(tx, verb, subject, executed=executed)
    if not allowed:
        with pytest.raises(DBAPIError, match="M11"), gateway.store.begin() as tx:
            tx.run(_ROW, id=1, d=number)
        return
    with gateway.store.begin() as tx:
        tx.run(_ROW, id=1, d=number)
    for sql in ("UPDATE rate SET value = 200", "DELETE FROM rate"):
        with pytest.raises(DBAPIError, match="M11"), gateway.store.begin() as tx:
            tx.run(sql)


def test_rates_are_read_as_they_were_confirmed(gateway: Gateway) -> None:
    confirmed(gateway, proposed(gateway, LEVEL, COEFFICIENT, ADDITION, AMOUNT))
    assert [(each.number, each.kind, each.value, each.group, each.place, each.until) for each in rates_of(gateway)] == [
        (1, "level", 500_000, "", "", None),
        (2, "coefficient", 150, "g", "", None),
        (3, "addition", 50_000, "", "00004", "2026-12"),
        (4, "amount", 1_770_050, "invalid-61", "", None),
    ]


@pytest.fixture(scope="module")
def copy(original: Original) -> Callable[[Path], AbstractContextManager[Gateway]]:
    """Makes copies of a gateway with two lists of rates."""
    confirmed(original.gateway, proposed(original.gateway, LEVEL, COEFFICIENT))
    confirmed(original.gateway, proposed(original.gateway, RISE))
    return original.copy


@pytest.fixture
def filled(copy: Callable[[Path], AbstractContextManager[Gateway]], tmp_path: Path) -> Iterator[Gateway]:
    with copy(tmp_path / "copy") as gateway:
        yield gateway


def _found(gateway: Gateway) -> set[str]:
    return {each.where.split()[0] for each in integrity.check(gateway.context)}


def test_rates_that_nobody_edited_have_no_finding(filled: Gateway) -> None:
    assert _found(filled) == set()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rate SET value = 600000 WHERE id = 1",
        "UPDATE rate SET in_force = '2026-15-05' WHERE id = 3",
        "UPDATE rate SET id = 4 WHERE id = 3",
        "UPDATE rate SET decision_id = (SELECT min(decision_id) FROM rate) WHERE id = 3",
        "DELETE FROM rate WHERE id = 3",
    ],
)
def test_m11_a_rate_that_was_edited_added_or_deleted_behind_our_back_is_found(filled: Gateway, statement: str) -> None:
    assert edit(filled, statement) == 1
    assert "rate" in _found(filled)


def test_a2_a_rate_with_a_number_that_was_never_given_is_found(filled: Gateway) -> None:
    edit(filled, "UPDATE rate SET id = 0 WHERE id = 1")
    assert "sequence" in _found(filled)
