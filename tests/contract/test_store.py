"""The store on both databases: audit chain, blobs, moves, counters."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from support.gateways import FIRST_DAY_RECORDS as FIRST_DAY
from support.gateways import Gateway, row
from support.stores import VAULT, Time, open_store, together
from support.tampering import tamper_with_audit

from gateway.domain.errors import Busy, IllegalMove, NotFound, Tampered
from gateway.store import audit, blobs, moves
from gateway.store.store import Transaction, take

MIB = 1024 * 1024


# --- audit ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def recorded(gateway: Gateway) -> Gateway:
    """Six audit records in four transactions."""
    for acts in (("a",), ("b", "c"), ("d", "e"), ("f",)):
        with gateway.store.begin() as tx:
            for act in acts:
                tx.record("maker", act, "X", details_of=act)
    return gateway


def _first_break(gateway: Gateway) -> int | None:
    with gateway.store.read() as tx:
        return audit.first_break(tx)


_COPY = (
    "SELECT {sequence}, at, actor, verb, subject, details, rows_sha256, previous, hash FROM audit WHERE sequence = 3"
)
_INSERT = "INSERT INTO audit (sequence, at, actor, verb, subject, details, rows_sha256, previous, hash) "
TAMPERED = {
    "actor edited": (["UPDATE audit SET actor = 'checker' WHERE sequence = 3"], 3),
    "time edited": (["UPDATE audit SET at = '2020-01-01' WHERE sequence = 3"], 3),
    "details edited": (["UPDATE audit SET details = '{}' WHERE sequence = 3"], 3),
    "hash edited": (["UPDATE audit SET hash = 'x' WHERE sequence = 3"], 3),
    "deleted": (["DELETE FROM audit WHERE sequence = 3"], 3),
    "first deleted": (["DELETE FROM audit WHERE sequence = 1"], 1),
    "deleted and renumbered": (
        ["DELETE FROM audit WHERE sequence = 3"]
        + [f"UPDATE audit SET sequence = {number} WHERE sequence = {number + 1}" for number in (3, 4, 5)],
        3,
    ),
    "inserted at the end": ([_INSERT + _COPY.format(sequence=FIRST_DAY + 7)], FIRST_DAY + 7),
    "inserted before the start": ([_INSERT + _COPY.format(sequence=0)], 1),
    "two exchanged": (
        [
            "UPDATE audit SET sequence = 99 WHERE sequence = 3",
            "UPDATE audit SET sequence = 3 WHERE sequence = 4",
            "UPDATE audit SET sequence = 4 WHERE sequence = 99",
        ],
        3,
    ),
    "end cut off": (["DELETE FROM audit WHERE sequence > 4"], 5),
    "all cut off": (["DELETE FROM audit"], 1),
}


def test_a2_an_honest_chain_has_no_break(recorded: Gateway) -> None:
    assert _first_break(recorded) is None
    assert recorded.value("SELECT count(*) FROM audit") == FIRST_DAY + 6


@pytest.mark.parametrize("name", TAMPERED)
def test_a2_edit_delete_insert_reorder_and_truncation_are_found(recorded: Gateway, name: str) -> None:
    statements, expected = TAMPERED[name]
    tamper_with_audit(recorded, *statements)
    assert _first_break(recorded) == expected


def test_a1_a_rolled_back_act_leaves_no_record(recorded: Gateway) -> None:
    with pytest.raises(ZeroDivisionError):
        _fail_after_a_record(recorded)
    assert recorded.value("SELECT count(*) FROM audit") == FIRST_DAY + 6
    assert recorded.value("SELECT count(*) FROM payer") == 0
    assert _first_break(recorded) is None


def _fail_after_a_record(gateway: Gateway) -> None:
    with gateway.store.begin() as tx:
        tx.run("INSERT INTO payer (code, name, tax_id) VALUES ('p', 'P', '1')")
        tx.record("maker", "payer add", "p")
        raise ZeroDivisionError


def test_a1_an_act_that_the_database_refuses_at_the_end_leaves_nothing(recorded: Gateway) -> None:
    tamper_with_audit(recorded, "DELETE FROM audit_head")
    with pytest.raises(Exception, match="No row"):
        _record_one(recorded)
    assert recorded.value("SELECT count(*) FROM payer") == 0


def _record_one(gateway: Gateway, verb: str = "payer add") -> None:
    with gateway.store.begin() as tx:
        tx.run("INSERT INTO payer (code, name, tax_id) VALUES (:c, 'P', '1')", c=verb)
        tx.record("maker", verb, "p")


def test_a2_acts_at_the_same_time_make_one_chain(gateway: Gateway) -> None:
    def worker(name: str) -> Callable[[], None]:
        def work() -> None:
            store = open_store(gateway.url, folder=gateway.folder)
            for number in range(8):
                with store.begin() as tx:
                    tx.record(name, f"act {number}", "X")
            store.close()

        return work

    assert together(*(worker(name) for name in "abc")) == [None] * 3
    assert gateway.value("SELECT count(*) FROM audit") == FIRST_DAY + 24
    assert _first_break(gateway) is None


# --- blobs ---------------------------------------------------------------------------------------------------------


def _pattern(size_bytes: int) -> bytes:
    return bytes(range(251)) * (size_bytes // 251 + 1)


def _put(gateway: Gateway, content: bytes) -> str:
    with gateway.store.begin() as tx:
        return blobs.put(tx, io.BytesIO(content))


def _got(gateway: Gateway, sha256: str) -> bytes:
    with gateway.store.read() as tx:
        target = io.BytesIO()
        size = blobs.copy(tx, sha256, target)
        assert target.tell() == 0
        assert size == len(target.getvalue())
        return target.getvalue()


@pytest.mark.parametrize("size_bytes", [0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB])
def test_t3_bytes_come_back_as_they_were(gateway: Gateway, size_bytes: int) -> None:
    content = _pattern(size_bytes)[:size_bytes]
    sha256 = _put(gateway, content)
    assert _got(gateway, sha256) == content
    assert gateway.value("SELECT count(*) FROM blob") == max(1, -(-size_bytes // MIB))


def test_the_same_bytes_are_kept_once(gateway: Gateway) -> None:
    assert _put(gateway, b"same") == _put(gateway, b"same")
    assert gateway.value("SELECT count(*) FROM blob") == 1


def test_bytes_at_rest_are_sealed(gateway: Gateway) -> None:
    _put(gateway, b"Nguyen Van An " * 100)
    (stored,) = gateway.rows('SELECT "bytes" AS sealed FROM blob')
    assert b"Nguyen" not in bytes(stored.sealed)


def _spoil(gateway: Gateway, sql: str, **params: Any) -> None:
    with gateway.store.begin() as tx:
        on = "" if tx.dialect.name == "sqlite" else " ON blob"
        for trigger in ("blob_fixed_update", "blob_fixed_delete"):
            tx.run(f"DROP TRIGGER {trigger}{on}")
        tx.run(sql, **params)


SPOILED = {
    "a part changed": 'UPDATE blob SET "bytes" = :b WHERE part = 1',
    "a part copied over another": 'UPDATE blob SET "bytes" = (SELECT "bytes" FROM blob WHERE part = 0) WHERE part = 1',
    "the last part lost": "DELETE FROM blob WHERE part = 2",
    "the first part lost": "DELETE FROM blob WHERE part = 0",
    "a part in the middle lost": "DELETE FROM blob WHERE part = 1",
}


@pytest.mark.parametrize("name", SPOILED)
def test_t3_spoiled_bytes_are_never_given_as_good(gateway: Gateway, name: str) -> None:
    sha256 = _put(gateway, _pattern(3 * MIB))
    params = {"b": bytes(100)} if ":b" in SPOILED[name] else {}
    _spoil(gateway, SPOILED[name], **params)
    with pytest.raises(Tampered):
        _got(gateway, sha256)


def test_bytes_under_another_name_are_tampered(gateway: Gateway) -> None:
    sha256 = _put(gateway, b"one")
    _spoil(gateway, "UPDATE blob SET sha256 = :s", s="0" * 64)
    with pytest.raises(NotFound):
        _got(gateway, sha256)
    with pytest.raises(Tampered):
        _got(gateway, "0" * 64)


# --- moves ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def approved(gateway: Gateway) -> Gateway:
    gateway.approved(row(1), row(2))
    return gateway


def _history(gateway: Gateway) -> list[tuple[Any, ...]]:
    found = gateway.rows("SELECT kind, subject, source, target, evidence FROM history ORDER BY id")
    return [tuple(each) for each in found]


def _ids(gateway: Gateway) -> list[int]:
    return [each.id for each in gateway.rows("SELECT id FROM payment ORDER BY id")]


def _move(gateway: Gateway, key: int, target: str) -> None:
    with gateway.store.begin() as tx:
        moves.move(tx, "payment", key, target, "because")


def _move_all(gateway: Gateway, target: str, selection: str = "1 = 1", **params: Any) -> int:
    with gateway.store.begin() as tx:
        return moves.move_payments(tx, selection, target, "because", **params)


def test_m3_a_move_writes_state_and_history_in_one_act(approved: Gateway) -> None:
    before = _history(approved)
    _move(approved, _ids(approved)[0], "held")
    subject = approved.end_to_end_id()
    assert approved.states() == {"TC-0001": "held", "TC-0002": "approved"}
    assert _history(approved) == [*before, ("payment", subject, "approved", "held", "because")]


def test_m3_an_illegal_move_changes_nothing(approved: Gateway) -> None:
    before = (_history(approved), approved.states())
    with pytest.raises(IllegalMove):
        _move(approved, _ids(approved)[0], "settled")
    assert (_history(approved), approved.states()) == before


def test_m3_payments_move_together_each_with_its_history(approved: Gateway) -> None:
    before = _history(approved)
    assert _move_all(approved, "held") == 2
    subjects = [approved.end_to_end_id(ref) for ref in ("TC-0001", "TC-0002")]
    assert _history(approved)[len(before) :] == [("payment", s, "approved", "held", "because") for s in subjects]


def test_m3_payments_move_all_or_none(approved: Gateway) -> None:
    _move(approved, _ids(approved)[1], "cancelled")
    before = (_history(approved), approved.states())
    with pytest.raises(IllegalMove):
        _move_all(approved, "held")
    assert (_history(approved), approved.states()) == before


def test_a_selection_without_payments_moves_none(approved: Gateway) -> None:
    assert _move_all(approved, "held", "t.id = :i", i=-1) == 0


def _interrupted(tx: Transaction, word: str, act: Callable[[], None]) -> None:
    """Let ``act`` happen just before the transaction's first statement that contains ``word``."""
    inner = tx.run

    def run(sql: str, **params: Any) -> Any:
        if word in sql:
            tx.run = inner  # type: ignore[method-assign]
            act()
        return inner(sql, **params)

    tx.run = run  # type: ignore[method-assign]


@pytest.mark.parametrize("word", ["SELECT t.state, count(*)", "INSERT INTO history", "UPDATE payment"])
def test_m3_a_move_between_look_and_act_is_never_overwritten(on_postgres: Gateway, word: str) -> None:
    """Another worker cancels a payment while this one allocates both."""
    on_postgres.approved(row(1), row(2))
    first = _ids(on_postgres)[0]
    other = open_store(on_postgres.url)

    def cancel() -> None:
        with other.begin() as tx:
            # the counter is held by the first worker from its first history row on: write past it
            tx.run("UPDATE payment SET state = 'cancelled' WHERE id = :i", i=first)

    def allocate() -> None:
        with on_postgres.store.begin() as tx:
            _interrupted(tx, word, cancel)
            moves.move_payments(tx, "1 = 1", "allocated", "because")

    try:
        allocate()
    except (Busy, IllegalMove):
        assert on_postgres.states()["TC-0002"] == "approved"
    assert on_postgres.states()["TC-0001"] == "cancelled"
    other.close()


# --- counters ------------------------------------------------------------------------------------------------------


def test_m5_numbers_are_never_given_twice_to_workers_at_the_same_time(gateway: Gateway) -> None:
    def worker() -> list[int]:
        store, taken = open_store(gateway.url, folder=gateway.folder), list[int]()
        for count in (1, 3, 1, 5, 2, 1):
            with store.begin() as tx:
                taken += take(tx, "file_out", count)
        store.close()
        return taken

    results = together(*[worker] * 4)
    numbers = sorted(number for taken in results for number in taken)
    assert numbers == list(range(1, 4 * 13 + 1))


def test_m5_a_number_of_a_rolled_back_act_was_never_seen_by_another(gateway: Gateway) -> None:
    def fail() -> None:
        with gateway.store.begin() as tx:
            take(tx, "file_out", 10)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with gateway.store.begin() as tx:
        skipped = gateway.store.dialect.name == "postgresql"  # there a number is gone once it is given
        assert take(tx, "file_out", 1) == (range(11, 12) if skipped else range(1, 2))
        assert take(tx, "other", 2) == range(1, 3)


def test_workers_that_take_numbers_in_opposite_order_do_not_wait_for_each_other(on_postgres: Gateway) -> None:
    with on_postgres.store.begin() as tx:
        take(tx, "history", 1)
        take(tx, "exception", 1)
        (crossed,) = together(lambda: _taken(on_postgres, "exception", "history"))
    assert crossed == [2, 2]


def _taken(gateway: Gateway, *names: str) -> list[int]:
    with gateway.store.read() as tx:
        return [take(tx, name, 1).start for name in names]


# --- reading -------------------------------------------------------------------------------------------------------


def test_reading_is_one_picture_while_another_writes(gateway: Gateway) -> None:
    other = open_store(gateway.url, folder=gateway.folder)
    with gateway.store.read() as tx:
        before = tx.value("SELECT count(*) FROM payer")
        with other.begin() as writing:
            writing.run("INSERT INTO payer (code, name, tax_id) VALUES ('p', 'P', '1')")
        assert tx.value("SELECT count(*) FROM payer") == before
    assert gateway.value("SELECT count(*) FROM payer") == before + 1
    other.close()


def test_times_are_stored_in_utc(gateway: Gateway) -> None:
    store = open_store(gateway.url, clock=Time(), vault=lambda: VAULT)
    with store.read() as tx:
        assert tx.now() == "2026-11-02T02:00:01.000000+00:00"
    store.close()
