"""No statement of the daily round walks through everything that ever happened."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event
from support.evidence import BANK, booked, debit
from support.gateways import Gateway, row

from gateway.usecases.poll import poll
from gateway.usecases.send import send

GROWING = {"payment", "history", "audit", "status_line", "entry", "detail", "allocation", "exception", "blob"}
"""Tables that hold a row or more for each payment of every month."""

pytestmark = pytest.mark.parametrize("gateway", ["sqlite"], indirect=True)
"""PostgreSQL plans by its statistics, which a test of two rows does not have."""

Statement = tuple[str, Any]


@contextmanager
def _heard(gateway: Gateway) -> Iterator[list[Statement]]:
    """Every statement that the gateway makes meanwhile, with its parameters."""
    heard: list[Statement] = []

    def hear(_connection: Any, _cursor: Any, sql: str, parameters: Any, *_rest: Any) -> None:
        heard.append((sql, parameters))

    event.listen(gateway.store.engine, "before_cursor_execute", hear)
    yield heard
    event.remove(gateway.store.engine, "before_cursor_execute", hear)


def _walks(connection: Connection, statement: Statement) -> set[str]:
    """Names under which SQLite would walk through a whole growing table for this statement; scratch tables are made."""
    sql, parameters = statement
    wanted = re.sub(r"^CREATE TEMPORARY TABLE \w+ AS ", "", sql)
    plan = []
    if not wanted.startswith("CREATE"):
        plan = [found.detail for found in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {wanted}", parameters)]
    if sql.startswith("CREATE TEMPORARY TABLE"):
        connection.exec_driver_sql(sql.replace("TABLE", "TABLE IF NOT EXISTS", 1), parameters)
    scanned = {match[1] for line in plan if (match := re.match(r"SCAN (\w+)", line))}
    tables = {match[2]: match[1] for match in re.finditer(r"(?:FROM|JOIN|UPDATE) (\w+)(?: (?:AS )?(\w+))?", wanted)}
    return {tables.get(name, name) for name in scanned} & GROWING


def _walking(gateway: Gateway, round_: Callable[[], object]) -> set[tuple[str, ...]]:
    """(beginning of the statement, tables) of those statements of a round that walk."""
    with _heard(gateway) as heard:
        round_()
    asked = [each for each in heard if re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE TEMPORARY TABLE)", each[0])]
    assert asked
    with gateway.store.engine.connect() as connection:
        return {(each[0][:60], *sorted(found)) for each in asked if (found := _walks(connection, each))}


@pytest.fixture
def answered(gateway: Gateway) -> Gateway:
    """Two payments that were sent."""
    gateway.approved(row(1), row(2))
    gateway.send()
    return gateway


def test_no_round_of_polling_walks_through_the_history_of_statuses_entries_or_exceptions(answered: Gateway) -> None:
    answered.clock.pass_(days=3)
    (file,) = answered.files()
    answered.put("pain.002", "1", BANK.status(file.message_id, transfers=((answered.end_to_end_id(), "ACSP", ""),)))
    answered.put("camt.053", "1", BANK.statement(debit(answered)))
    assert _walking(answered, lambda: poll(answered.context)) == set()
    assert answered.states() == {"TC-0001": "settled", "TC-0002": "sent"}


def test_no_round_of_sending_with_nothing_to_send_walks_through_the_payments(answered: Gateway) -> None:
    assert _walking(answered, lambda: send(answered.context)) == set()


def test_an_exception_is_found_by_its_entry_and_by_its_payment(answered: Gateway) -> None:
    booked(answered, debit(answered))
    for column, rule in (("entry_id", "entry_id = 1"), ("payment_id", "kind = 'x' AND payment_id = 1")):
        (plan,) = answered.rows(f"EXPLAIN QUERY PLAN SELECT 1 FROM exception WHERE {rule}")
        assert plan.detail.startswith("SEARCH exception USING")
        assert column in plan.detail
