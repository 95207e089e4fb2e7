"""Receiving is done by one process: it ends when its lock is lost, and begins with what an earlier one left (D2)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from support.evidence import BANK, OTHER, debit
from support.gateways import Gateway
from support.inboxes import archive, folder, lay, names, round_, ruled, through, told

from gateway.domain.errors import Busy
from gateway.store import evidence
from gateway.usecases.reprocess import reprocess
from gateway.usecases.statement_import import import_statement


@dataclass
class Lock:
    """Lost when it was proven so many times."""

    proofs: int

    def prove_alive(self) -> None:
        self.proofs -= 1
        if self.proofs < 0:
            raise Busy("lock_lost", lock="inbox")


def _losing(gateway: Gateway, monkeypatch: pytest.MonkeyPatch, proofs: int) -> None:
    real = gateway.store.exclusive

    @contextmanager
    def exclusive(name: str) -> Iterator[Any]:
        with real(name):
            yield Lock(proofs)

    monkeypatch.setattr(gateway.store, "exclusive", exclusive)


def test_d3_no_file_is_read_when_the_lock_was_lost(sent: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = through(sent)
    lay(folder(sent) / "STM_1.xml", BANK.statement(debit(sent)))
    _losing(sent, monkeypatch, 0)
    assert round_(sent) == ([], ["lock_lost"])
    assert (counts["read"], sent.states()["TC-0001"]) == (0, "sent")


def test_d3_t4_no_file_is_moved_away_when_the_lock_was_lost(sent: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(folder(sent) / "STM_1.xml", BANK.statement(debit(sent)))
    _losing(sent, monkeypatch, 1)
    assert told(round_(sent)[0]) == ["lock_lost"]
    assert (names(folder(sent)), names(archive(sent))) == (["STM_1.xml"], [])
    monkeypatch.undo()
    round_(sent)
    assert (names(folder(sent)), names(archive(sent))) == ([], ["STM_1.xml"])
    assert sent.states()["TC-0001"] == "settled"


def test_d3_nothing_is_reprocessed_when_the_lock_was_lost(sent: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = sent.receive("camt.053", "1", OTHER.statement(debit(sent))).file
    before = sent.value("SELECT count(*) FROM audit")
    _losing(sent, monkeypatch, 0)
    (received,) = reprocess(sent.context, [reference], "checker")
    assert received.error is not None
    assert (received.error.code, sent.value("SELECT count(*) FROM audit")) == ("lock_lost", before)


def test_d3_nothing_is_imported_when_the_lock_was_lost(
    sent: Gateway, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    path = tmp_path / "statement.xml"
    path.write_bytes(BANK.statement(debit(sent)))
    _losing(sent, monkeypatch, 0)
    with path.open("rb") as source, pytest.raises(Busy, match="lock_lost"):
        import_statement(sent.context, source, path.name, "vietinbank")
    assert sent.states()["TC-0001"] == "sent"


# --- what an earlier process left ----------------------------------------------------------------------------------


@pytest.fixture
def left(sent: Gateway, monkeypatch: pytest.MonkeyPatch) -> Gateway:
    """Three statements that are stored and not understood; the program died there."""
    monkeypatch.setattr(evidence, "_PORTION", 2)
    for number in (1, 2, 3):
        lay(folder(sent) / f"STM_{number}.xml", OTHER.statement(debit(sent, f"TC-000{number}"), id_=f"S{number}"))
    assert told(round_(sent)[0]) == ["quarantined"] * 3
    with sent.store.begin() as tx:
        tx.run("UPDATE file_in SET state = 'received', code = NULL")
        tx.run("DROP TRIGGER exception_fixed_delete")
        tx.run("DELETE FROM exception")
    return sent


def test_d2_all_that_was_left_is_understood_in_portions(left: Gateway) -> None:
    assert told(round_(left)[0])[:3] == ["quarantined"] * 3


def test_d5_a_stop_is_heard_between_two_files_that_were_left(left: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stop:
        def wait(self, seconds: float) -> None: ...

        @property
        def requested(self) -> bool:
            return bool(left.value("SELECT count(*) FROM file_in WHERE state = 'quarantined'"))

    left.__dict__["context"] = replace(left.context, stop=Stop())
    assert len(round_(left)[0]) == 1
    assert left.value("SELECT count(*) FROM file_in WHERE state = 'received'") == 2


def test_what_was_left_of_an_inbox_that_is_no_more_goes_to_a_person(left: Gateway) -> None:
    ruled(left, folder="/out/elsewhere")
    folder(left).mkdir()
    (first, *_rest), _errors = round_(left)
    assert (first.state, first.error and first.error.code) == ("quarantined", "no_inbox_for_file")
    assert left.exceptions() == ["quarantined"] * 3
    assert round_(left) == ([], [])
