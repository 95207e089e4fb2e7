"""What the database itself refuses, on both databases, to whoever writes SQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError
from support.decisions import decision
from support.gateways import Gateway

from gateway.store import stops
from gateway.store.store import Transaction
from gateway.store.tables import FileOut, Payment

UPDATES = {
    "T3 blob": "UPDATE blob SET part = part + 100",
    "A2 audit": "UPDATE audit SET actor = 'nobody'",
    "M3 history": "UPDATE history SET target = 'settled'",
    "M11 approval": "UPDATE approval SET approver = 'both'",
    "M5 wire object": "UPDATE wire_object SET name = 'other.xml'",
}
DELETES = {
    "T3": "blob",
    "A2": "audit",
    "M3": "history",
    "M11": "approval",
    "M5 wire": "wire_object",
    "M2": "payment",
    "M4": "payment_file",
    "M5 a message id": "file_out",
}
FIXED_PAYMENT = sorted(
    set(Payment.model_fields)
    - {"id", "state", "held_from", "holds_key", "debited_at", "credited_evidence", "return_window_until", "reason"}
    - {"returned_amount", "return_charges", "predecessor_id", "commune_code"}
)
FIXED_FILE = sorted(set(FileOut.model_fields) - {"id", "state", "overdue", "sent_at"})
FIXED_BATCH = ["payer", "programme", "period", "maker", "rows_sha256", "content_sha256", "payments", "amount"]
FIXED_BATCH += ["currency", "approvals_required"]


def _refused(gateway: Gateway, promise: str, sql: str, **params: Any) -> None:
    with pytest.raises(DBAPIError, match=promise), gateway.store.begin() as tx:
        tx.run(sql, **params)


def _copy(tx: Transaction, table: str, where: str, **changes: Any) -> None:
    """Insert a row like an existing one."""
    fields = dict(tx.run(f"SELECT * FROM {table} WHERE {where}").one()._mapping) | changes
    names = ", ".join(f'"{name}"' for name in fields)
    tx.run(f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{name}' for name in fields)})", **fields)


def _copy_refused(gateway: Gateway, table: str, where: str, **changes: Any) -> None:
    with pytest.raises(IntegrityError), gateway.store.begin() as tx:
        _copy(tx, table, where, **changes)


class _Undo(Exception):
    """Leave the database as it was."""


@contextmanager
def _undone(gateway: Gateway) -> Iterator[Transaction]:
    """A transaction that is rolled back at its end."""
    with suppress(_Undo), gateway.store.begin() as tx:
        yield tx
        raise _Undo


def _new_payment(number: int, **changes: Any) -> dict[str, Any]:
    """What a second payment must have of its own."""
    own = {
        "id": number,
        "payment_ref": f"X{number}",
        "end_to_end_id": f"EX{number}",
        "person_blind": str(number).encode().ljust(32, b"."),
    }
    return own | changes


def _other(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return b"other"
    if value is None:
        return 1
    return value + 1 if isinstance(value, int) else f"{value}x"


@pytest.mark.parametrize("promise", UPDATES)
def test_t3_a2_m3_m11_m5_rows_of_evidence_are_never_changed(sealed: Gateway, promise: str) -> None:
    _refused(sealed, promise, UPDATES[promise])


@pytest.mark.parametrize("promise", DELETES)
def test_t3_a2_m3_m11_m5_m2_m4_rows_of_evidence_are_never_deleted(sealed: Gateway, promise: str) -> None:
    assert sealed.value(f"SELECT count(*) FROM {DELETES[promise]}") > 0
    _refused(sealed, promise, f"DELETE FROM {DELETES[promise]}")


@pytest.mark.parametrize("column", FIXED_PAYMENT)
def test_m12_the_content_of_a_payment_is_fixed(sealed: Gateway, column: str) -> None:
    value = _other(sealed.value(f"SELECT {column} FROM payment WHERE line = 2"))
    _refused(sealed, "M12", f"UPDATE payment SET {column} = :v WHERE line = 2", v=value)


@pytest.mark.parametrize("column", FIXED_FILE)
def test_m5_m12_name_identity_and_bytes_of_a_file_are_fixed(sealed: Gateway, column: str) -> None:
    value = _other(sealed.value(f"SELECT {column} FROM file_out"))
    _refused(sealed, "M5|M12", f"UPDATE file_out SET {column} = :v", v=value)


@pytest.mark.parametrize("column", FIXED_BATCH)
def test_m12_the_content_of_a_batch_is_fixed(sealed: Gateway, column: str) -> None:
    value = _other(sealed.value(f"SELECT {column} FROM batch"))
    _refused(sealed, "M12", f"UPDATE batch SET {column} = :v", v=value)


def test_m11_the_maker_cannot_approve_whatever_the_command_says(sealed: Gateway) -> None:
    _copy_refused(sealed, "approval", "approver = 'checker'", approver="maker")


def test_m11_an_approval_cannot_lie_about_the_maker(sealed: Gateway) -> None:
    _copy_refused(sealed, "approval", "approver = 'checker'", approver="maker", maker="both")


def test_m11_a_person_approves_once(sealed: Gateway) -> None:
    _copy_refused(sealed, "approval", "approver = 'checker'")


def test_m11_a_stranger_cannot_approve(sealed: Gateway) -> None:
    _copy_refused(sealed, "approval", "approver = 'checker'", approver="nobody")


def test_m5_a_message_id_is_used_once(sealed: Gateway) -> None:
    _copy_refused(sealed, "file_out", "id > 0", id=99, name="other.xml", payment_information_id="B99")


def test_m5_a_name_is_used_once_at_a_partner(sealed: Gateway) -> None:
    _copy_refused(sealed, "file_out", "id > 0", id=99, message_id="M99", payment_information_id="B99")


def _add_file(tx: Transaction) -> None:
    _copy(tx, "file_out", "id > 0", id=99, message_id="M99", payment_information_id="B99", name="other.xml")


def test_m4_a_payment_stands_in_one_living_file(sealed: Gateway) -> None:
    with _undone(sealed) as tx:
        _add_file(tx)
        with pytest.raises(IntegrityError):
            _copy(tx, "payment_file", "ordinal = 0", file_id=99)


def test_m4_a_dead_link_makes_room_for_another(sealed: Gateway) -> None:
    with _undone(sealed) as tx:
        tx.run("UPDATE payment_file SET live = :no WHERE ordinal = 0", no=False)
        _add_file(tx)
        _copy(tx, "payment_file", "ordinal = 0", file_id=99, live=True)


def test_m4_a_dead_link_stays_dead(sealed: Gateway) -> None:
    with _undone(sealed) as tx:
        tx.run("UPDATE payment_file SET live = :no WHERE ordinal = 0", no=False)
        with pytest.raises(DBAPIError, match="M4"):
            tx.run("UPDATE payment_file SET live = :yes WHERE ordinal = 0", yes=True)


def _end(tx: Transaction, number: int, state: str = "returned", **changes: Any) -> None:
    """The payment as it is when it may be paid again."""
    fields = {"state": state, "holds_key": False} | changes
    values = ", ".join(f"{name} = :{name}" for name in fields)
    tx.run(f"UPDATE payment SET {values} WHERE id = :number", number=number, **fields)


def _succeed(tx: Transaction, first: int, number: int = 91, **changes: Any) -> None:
    """A successor as a re-issue makes it."""
    blind = bytes(tx.value("SELECT person_blind FROM payment WHERE id = :i", i=first))
    fields = _new_payment(number, predecessor_id=first, person_blind=blind, state="ready", holds_key=True)
    _copy(tx, "payment", f"id = {first}", **fields | changes)


def test_m10_a_payment_has_one_successor(sealed: Gateway) -> None:
    first = sealed.value("SELECT min(id) FROM payment")
    with _undone(sealed) as tx:
        _end(tx, first)
        _succeed(tx, first, kind="regular")
        with pytest.raises(IntegrityError, match="predecessor"):
            _succeed(tx, first, 92, holds_key=False)


PREDECESSORS: dict[str, tuple[dict[str, Any], dict[str, Any], bool]] = {
    "returned": ({}, {}, True),
    "rejected": ({"state": "rejected"}, {}, True),
    "cancelled, itself no successor": ({"state": "cancelled"}, {}, False),
    "rejected, but not proven": ({"state": "rejected", "holds_key": True}, {}, False),
    **{
        f"still {state}": ({"state": state}, {}, False)
        for state in ("ready", "held", "approved", "allocated", "sent", "accepted", "settled")
    },
    "of another amount": ({}, {"amount": 1}, False),
    "of another currency": ({}, {"currency": "USD"}, False),
    "of another person": ({}, {"person_blind": b"other"}, False),
    "of another month": ({}, {"benefit_month": "2026-12"}, False),
    "of another programme": ({}, {"programme": "meals"}, False),
    "of another kind": ({}, {"kind": "arrears"}, False),
    "unknown": ({}, {"predecessor_id": 12345}, False),
}


@pytest.mark.parametrize("name", PREDECESSORS)
def test_m10_a_successor_needs_a_predecessor_that_has_ended(sealed: Gateway, name: str) -> None:
    ended, changes, allowed = PREDECESSORS[name]
    first = sealed.value("SELECT min(id) FROM payment")
    with _undone(sealed) as tx:
        _end(tx, first, **ended)
        with nullcontext() if allowed else pytest.raises(IntegrityError, match="M10"):
            _succeed(tx, first, **changes)


def test_m10_a_cancelled_successor_may_be_succeeded(sealed: Gateway) -> None:
    first = sealed.value("SELECT min(id) FROM payment")
    with _undone(sealed) as tx:
        _end(tx, first)
        _succeed(tx, first)
        _end(tx, 91, "cancelled")
        _succeed(tx, 91, 92)


def test_m10_a_predecessor_is_named_once_for_ever(sealed: Gateway) -> None:
    first = sealed.value("SELECT min(id) FROM payment")
    with _undone(sealed) as tx:
        _end(tx, first)
        with pytest.raises(DBAPIError, match="M10"):
            tx.run("UPDATE payment SET predecessor_id = :first WHERE id <> :first", first=first)


def test_m10_a_released_benefit_key_is_not_taken_back(sealed: Gateway) -> None:
    with _undone(sealed) as tx:
        tx.run("UPDATE payment SET holds_key = :no", no=False)
        with pytest.raises(DBAPIError, match="M10"):
            tx.run("UPDATE payment SET holds_key = :yes", yes=True)


def test_m10_a_payment_that_is_out_takes_its_key_back(sealed: Gateway) -> None:
    with _undone(sealed) as tx:
        tx.run("UPDATE payment SET holds_key = :no, state = 'settled'", no=False)
        assert tx.run("UPDATE payment SET holds_key = :yes", yes=True).rowcount == 2


def test_a_payment_reference_is_used_once_per_payer_and_programme(sealed: Gateway) -> None:
    first = sealed.value("SELECT min(id) FROM payment")
    _copy_refused(sealed, "payment", f"id = {first}", **_new_payment(91, payment_ref="TC-0001"))


BENEFIT = {
    "another regular line": ({}, False),
    "a one-off beside it": ({"kind": "one-off"}, False),
    "a carry-over beside it": ({"kind": "carry-over"}, False),
    "another payer": ({"payer": "other"}, False),
    "arrears that do not say what is due in all": ({"kind": "arrears"}, False),
    "arrears within what is due in all": ({"kind": "arrears", "amount": 100, "entitled_amount": 500_101}, True),
    "arrears beyond what is due in all": ({"kind": "arrears", "amount": 101, "entitled_amount": 500_101}, False),
    "another month": ({"benefit_month": "2026-12"}, True),
    "another programme": ({"programme": "meals"}, True),
    "one whose key is free": ({"holds_key": False}, True),
}


@pytest.mark.parametrize("name", BENEFIT)
def test_m10_a_person_has_one_payment_a_month_and_programme_but_arrears_within_the_entitlement(
    sealed: Gateway, name: str
) -> None:
    changes, allowed = BENEFIT[name]
    first = sealed.value("SELECT min(id) FROM payment")
    blind = sealed.value("SELECT person_blind FROM payment WHERE id = :i", i=first)
    fields = _new_payment(91, **{"person_blind": bytes(blind)} | changes)
    with _undone(sealed) as tx, nullcontext() if allowed else pytest.raises(IntegrityError):
        _copy(tx, "payment", f"id = {first}", **fields)


def test_m10_two_arrears_share_what_is_due_in_all(sealed: Gateway) -> None:
    first = sealed.value("SELECT min(id) FROM payment")
    arrears = {"kind": "arrears", "entitled_amount": 1000, "person_blind": b"somebody", "benefit_month": "2026-09"}
    with _undone(sealed) as tx:
        _copy(tx, "payment", f"id = {first}", **_new_payment(91, amount=1000, **arrears | {"entitled_amount": None}))
        _copy(tx, "payment", f"id = {first}", **_new_payment(92, amount=1, holds_key=False, **arrears))
        with pytest.raises(IntegrityError, match="M10"):
            _copy(tx, "payment", f"id = {first}", **_new_payment(93, amount=1, **arrears))


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("payment", "state", "lost"),
        ("file_out", "state", "lost"),
        ("batch", "state", "lost"),
    ],
)
def test_m3_an_unknown_state_is_refused(sealed: Gateway, table: str, column: str, value: str) -> None:
    with pytest.raises(IntegrityError), sealed.store.begin() as tx:
        tx.run(f"UPDATE {table} SET {column} = :v", v=value)


@pytest.mark.parametrize("amount", [0, -1])
def test_a_payment_has_a_positive_amount(sealed: Gateway, amount: int) -> None:
    first = sealed.value("SELECT min(id) FROM payment")
    _copy_refused(sealed, "payment", f"id = {first}", **_new_payment(91, amount=amount))


def test_money_keeps_18_digits(sealed: Gateway) -> None:
    first = sealed.value("SELECT min(id) FROM payment")
    with _undone(sealed) as tx:
        _copy(tx, "payment", f"id = {first}", **_new_payment(91, amount=10**18 - 1))
        assert tx.value("SELECT amount FROM payment WHERE id = 91") == 10**18 - 1


def test_m11_a_decision_begins_as_a_proposal(sealed: Gateway) -> None:
    with sealed.store.begin() as tx:
        decision(tx, "start", "all")
    with _undone(sealed) as tx, pytest.raises(IntegrityError):
        _copy(tx, "decision", "state = 'executed' AND subject = 'checker'", id=90, reference="D90")


@pytest.mark.parametrize(
    ("verb", "subject"), [("start", "message"), ("file resolve", "M0"), ("file resolve", "proposed")]
)
def test_m11_a_verdict_needs_the_executed_decision_on_its_file(sealed: Gateway, verb: str, subject: str) -> None:
    file = sealed.files()[0]
    with _undone(sealed) as tx:
        number = decision(tx, verb, subject if subject == "M0" else file.message_id, executed=subject != "proposed")
        with pytest.raises(IntegrityError):
            tx.run("INSERT INTO verdict VALUES (:d, :f, 'absent')", d=number, f=file.id)


def test_m11_a_verdict_stands_on_the_decision_of_two(sealed: Gateway) -> None:
    file = sealed.files()[0]
    with _undone(sealed) as tx:
        number = decision(tx, "file resolve", file.message_id)
        tx.run("INSERT INTO verdict VALUES (:d, :f, 'absent')", d=number, f=file.id)


@pytest.mark.parametrize(
    ("verb", "subject", "executed", "allowed"),
    [
        ("start", "partner momo", True, True),
        ("start", "partner momo", False, False),
        ("start", "partner vietinbank", True, False),
        ("start", "all", True, False),
        ("resume", "partner momo", True, False),
    ],
)
def test_m16_a_stop_is_lifted_by_the_decision_on_its_scope_only(
    sealed: Gateway, verb: str, subject: str, executed: bool, allowed: bool
) -> None:
    with _undone(sealed) as tx:
        stops.put(tx, stops.of_partner("momo"), "emergency", "test", "maker")
        number = decision(tx, verb, subject, executed=executed)
        with nullcontext() if allowed else pytest.raises(IntegrityError):
            tx.run("UPDATE stop SET lifted_at = 'now', decision_id = :d", d=number)
