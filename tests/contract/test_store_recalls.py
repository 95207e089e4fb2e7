"""Recalls on both databases: what stands of them, and what the database itself refuses."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError
from support.decisions import decision
from support.gateways import Gateway, row

from gateway.store import recalls
from gateway.usecases.acts import ACTS


def _sent(gateway: Gateway) -> str:
    gateway.approved(row(1))
    gateway.send()
    return gateway.end_to_end_id()


def _add(gateway: Gateway, verb: str = "payment recall", subject: str | None = None, executed: bool = True) -> None:
    payment = gateway.end_to_end_id()
    with gateway.store.begin() as tx:
        number = decision(tx, verb, payment if subject is None else subject, executed=executed)
    with gateway.store.begin() as tx:
        recalls.add(tx, 1, gateway.files()[0].id, number, "CUST")


def test_m13_the_latest_answer_by_the_time_inside_stands(gateway: Gateway) -> None:
    _sent(gateway)
    _add(gateway)
    with gateway.store.begin() as tx:
        assert [each.state for each in recalls.of_payment(tx, 1)] == ["asked"]
        assert recalls.is_open(tx, 1)
        assert tx.rows(recalls.OPEN)[0].payment_id == 1
        (found,) = recalls.named(tx, "vietinbank", gateway.end_to_end_id(), None)
        assert recalls.named(tx, "vietinbank", None, gateway.files()[0].message_id) == [found]
        assert recalls.named(tx, "momo", gateway.end_to_end_id(), None) == []
        assert len(recalls.content(tx, gateway.files()[0].id)) == 1
    gateway.receive("camt.053", "1", b"nothing")
    number = gateway.value("SELECT max(id) FROM file_in")
    with gateway.store.begin() as tx:
        answers = [
            (found, number, "A2", "2026-11-03", "accepted", None),
            (found, number, "A1", "2026-11-02", "pending", "X"),
        ]
        assert recalls.add_answers(tx, answers) == 2
        (standing,) = recalls.of_payment(tx, 1)
        assert (standing.state, standing.answer_reason, recalls.is_open(tx, 1)) == ("accepted", None, False)


@pytest.mark.parametrize(
    ("verb", "subject", "executed"),
    [("payment recall", None, False), ("payment recall", "E0", True), ("start", None, True)],
)
def test_m11_a_recall_needs_the_executed_decision_on_its_payment(
    gateway: Gateway, verb: str, subject: str | None, executed: bool
) -> None:
    _sent(gateway)
    with pytest.raises(DBAPIError, match="M11"):
        _add(gateway, verb, subject, executed)


@pytest.mark.parametrize("sql", ["UPDATE recall SET reason = 'DUPL'", "DELETE FROM recall"])
def test_m13_a_recall_is_insert_only(gateway: Gateway, sql: str) -> None:
    _sent(gateway)
    _add(gateway)
    with pytest.raises(DBAPIError, match="M13"), gateway.store.begin() as tx:
        tx.run(sql)


def test_every_act_has_a_verb_of_its_own() -> None:
    assert {verb: act.verb for verb, act in ACTS.items()} == {verb: verb for verb in ACTS}
