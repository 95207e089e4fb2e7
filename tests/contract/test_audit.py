"""The audit record is walked on both databases: what an edit looks like, and what is remembered outside (A2)."""

from __future__ import annotations

import tracemalloc

import pytest
from support.gateways import FIRST_DAY_RECORDS, Gateway
from support.tampering import tamper_with_audit

from gateway.domain.errors import Refusal
from gateway.ports import Anchor
from gateway.store import audit
from gateway.store.store import Transaction
from gateway.usecases import audit_log
from gateway.usecases.audit_log import Mark

LAST = FIRST_DAY_RECORDS + 6
_INSERT = (
    "INSERT INTO audit SELECT {to}, at, actor, verb, subject, details, rows_sha256, previous, hash FROM audit"
    " WHERE sequence = {of}"
)
LOOKS_LIKE = {
    "actor edited": (["UPDATE audit SET actor = 'checker' WHERE sequence = 3"], "audit_edited", 3),
    "hash edited": (["UPDATE audit SET hash = 'x' WHERE sequence = 3"], "audit_edited", 3),
    "link edited": (["UPDATE audit SET previous = 'x' WHERE sequence = 3"], "audit_replaced", 3),
    "deleted": (["DELETE FROM audit WHERE sequence = 3"], "audit_missing", 3),
    "deleted and renumbered": (
        ["DELETE FROM audit WHERE sequence = 3"]
        + [f"UPDATE audit SET sequence = {number} WHERE sequence = {number + 1}" for number in (3, 4, 5)],
        "audit_replaced",
        3,
    ),
    "put in before the first": ([_INSERT.format(to=0, of=3)], "audit_put_in", 1),
    "put in at the end": ([_INSERT.format(to=LAST + 1, of=3)], "audit_replaced", LAST + 1),
    "end cut off": (["DELETE FROM audit WHERE sequence > 4"], "audit_cut", 5),
    "head set back": (["UPDATE audit_head SET sequence = 4"], "audit_beyond_head", LAST + 1),
    "head rewritten": (["UPDATE audit_head SET hash = 'x'"], "audit_head_changed", LAST + 1),
    "head deleted": (["DELETE FROM audit_head"], "audit_head_missing", LAST + 1),
}


@pytest.fixture
def recorded(gateway: Gateway) -> Gateway:
    """Six records."""
    for act in "abcdef":
        with gateway.store.begin() as tx:
            tx.record("maker", act, "X" if act in "bd" else "Y", why=act)
    return gateway


def _link(gateway: Gateway, sequence: int) -> str:
    return str(gateway.value(f"SELECT hash FROM audit WHERE sequence = {sequence}"))


def _anchor(gateway: Gateway, sequence: int, **changes: str | int) -> Anchor:
    fields = {"instance": "TEST00", "epoch": 1, "sequence": sequence, "hash": _link(gateway, sequence)}
    return Anchor(**{**fields, **changes})  # type: ignore[arg-type]


def _codes(gateway: Gateway, *anchors: Anchor, marks: tuple[Mark, ...] = ()) -> list[str]:
    return [each.code for each in audit_log.verify(gateway.store, anchors, marks).found]


@pytest.mark.parametrize("name", LOOKS_LIKE)
def test_a2_the_first_broken_record_is_named_and_what_kind_of_edit_it_looks_like(recorded: Gateway, name: str) -> None:
    statements, code, record = LOOKS_LIKE[name]
    tamper_with_audit(recorded, *statements)
    (found,) = audit_log.verify(recorded.store, []).found
    assert (found.code, found.where) == (code, f"audit {record}")


def test_a2_a_record_rewritten_with_its_hash_breaks_the_link_after_it(recorded: Gateway) -> None:
    with recorded.store.read() as tx:
        fields = dict(tx.run("SELECT * FROM audit WHERE sequence = 3").one()._mapping)
    fields.pop("hash")
    forged = audit._hash(fields | {"actor": "nobody"})
    tamper_with_audit(recorded, f"UPDATE audit SET actor = 'nobody', hash = '{forged}' WHERE sequence = 3")
    (found,) = audit_log.verify(recorded.store, []).found
    assert (found.code, found.where) == ("audit_relinked", "audit 4")


def test_a2_a_whole_record_agrees_with_every_link_remembered_outside(recorded: Gateway) -> None:
    marks = (Mark(2, _link(recorded, 2)),)
    found = audit_log.verify(recorded.store, [_anchor(recorded, 4), _anchor(recorded, 6)], marks)
    assert (found.found, found.compared, found.walked.records) == ((), 3, LAST)


def test_a2_a_tail_cut_off_together_with_the_head_is_found_by_what_is_remembered_outside(recorded: Gateway) -> None:
    anchor, mark = _anchor(recorded, 6), Mark(5, _link(recorded, 5))
    tamper_with_audit(
        recorded,
        "DELETE FROM audit WHERE sequence > 4",
        "UPDATE audit_head SET sequence = 4, hash = (SELECT hash FROM audit WHERE sequence = 4)",
    )
    assert _codes(recorded) == []
    assert _codes(recorded, anchor, marks=(mark,)) == ["outside_is_ahead", "outside_is_ahead"]


def test_a2_a_past_rewritten_with_all_its_hashes_is_found_by_what_is_remembered_outside(recorded: Gateway) -> None:
    anchor = _anchor(recorded, 4)
    tamper_with_audit(
        recorded, "DELETE FROM audit", "UPDATE audit_head SET sequence = 0, hash = '" + audit.GENESIS + "'"
    )
    for act in "uvwxyz":
        with recorded.store.begin() as tx:
            tx.record("nobody", act, "X")
    assert _codes(recorded) == []
    assert _codes(recorded, anchor) == ["outside_differs"]


def test_m15_an_anchor_of_another_installation_or_of_a_later_epoch_is_found(recorded: Gateway) -> None:
    assert _codes(recorded, _anchor(recorded, 4, instance="OTHER0")) == ["anchor_foreign"]
    assert _codes(recorded, _anchor(recorded, 4, epoch=2)) == ["anchor_of_later_life"]


def test_m15_what_an_anchor_of_an_earlier_epoch_says_was_looked_at_when_two_people_resumed(recorded: Gateway) -> None:
    with recorded.store.begin() as tx:
        tx.run("UPDATE instance SET epoch = 2")
    assert _codes(recorded, _anchor(recorded, 4, hash="0" * 64)) == []


def test_a_head_is_written_in_short_groups_and_read_back() -> None:
    digits = "0123456789abcdef" * 4
    written = audit_log.written(digits)
    assert written.split()[:2] == ["0123", "4567"]
    assert audit_log.read_written(f" 12 {written.upper()} ") == Mark(12, digits)


@pytest.mark.parametrize("text", ["", "12", "12 0123", "x " + "0" * 64, "12 " + "g" * 64])
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        audit_log.read_written(text)


def test_acts_on_a_subject_are_listed_the_newest_first(recorded: Gateway) -> None:
    with recorded.store.read() as tx:
        acts = audit.listing(tx, "X", None, 10)
        assert [each.verb for each in acts] == ["d", "b"]
        assert [each.verb for each in audit.listing(tx, None, None, 2)] == ["f", "e"]


def _append(tx: Transaction, count: int) -> None:
    for number in range(count):
        tx.record("maker", "act", f"S{number}", why="x" * 200)


def test_a_long_record_is_walked_in_the_memory_of_a_short_one(gateway: Gateway) -> None:
    peaks = []
    for count in (6_000, 18_000):
        with gateway.store.begin() as tx:
            _append(tx, count)
        tracemalloc.start()
        assert audit_log.verify(gateway.store, []).found == ()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]
