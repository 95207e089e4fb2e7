"""An error of the database that escapes says what was wrong, and no value of a row."""

from __future__ import annotations

import traceback
from collections.abc import Callable

import pytest
from sqlalchemy.exc import DBAPIError
from support.gateways import Gateway

from gateway.store import bulk
from gateway.store.store import Transaction

PERSON = "NGUYEN VAN A"


def _twice(tx: Transaction) -> None:
    for _ in range(2):
        tx.run('INSERT INTO sequence (name, "next") VALUES (:name, 1)', name=PERSON)


def _twice_in_bulk(tx: Transaction) -> None:
    bulk.insert(tx, "sequence", ("name", "next"), [(PERSON, 1), (PERSON, 1)])


def _missing(tx: Transaction) -> None:
    tx.run('INSERT INTO sequence (name, "next") VALUES (:name, NULL)', name=PERSON)


def _no_number(tx: Transaction) -> None:
    tx.run("SELECT CAST(:name AS integer) / 0, missing FROM sequence", name=PERSON)


@pytest.mark.parametrize("wrong", [_twice, _twice_in_bulk, _missing, _no_number])
def test_a3_an_error_of_the_database_quotes_no_value(gateway: Gateway, wrong: Callable[[Transaction], None]) -> None:
    with pytest.raises(Exception, match=r"sequence|missing") as raised, gateway.store.begin() as tx:
        wrong(tx)
    assert PERSON not in "".join(traceback.format_exception(raised.value))


def test_a3_a_value_that_postgresql_cannot_read_is_not_quoted(on_postgres: Gateway) -> None:
    with pytest.raises(DBAPIError, match="22P02") as raised, on_postgres.store.begin() as tx:
        tx.value("SELECT CAST(CAST(:name AS text) AS integer)", name=PERSON)
    assert PERSON not in "".join(traceback.format_exception(raised.value))
