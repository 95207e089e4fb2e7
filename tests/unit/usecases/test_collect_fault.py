"""A fault of ours over one file of a partner: told once, set aside, taken up again when the program is mended (T7)."""

from __future__ import annotations

from typing import Any

import pytest
from support.evidence import BANK, debit
from support.gateways import Gateway
from support.inboxes import folder, lay, names, through, told

from gateway.ports import RemoteFile
from gateway.usecases import statements
from gateway.usecases.collect import collect
from gateway.usecases.poll import poll
from gateway.usecases.received import Received
from gateway.usecases.reprocess import reprocess


@pytest.fixture
def faulty(sent: Gateway, monkeypatch: pytest.MonkeyPatch) -> Gateway:
    """A gateway whose program fails over the statement ``SBAD``, which lies there before a good one."""
    real = statements._Recorder._close

    def close(recorder: Any) -> None:
        assert recorder._source.statement_id != "SBAD"
        real(recorder)

    monkeypatch.setattr(statements._Recorder, "_close", close)
    lay(folder(sent) / "STM_1.xml", BANK.statement(debit(sent), id_="SBAD"))
    lay(folder(sent) / "STM_2.xml", BANK.statement(debit(sent, "TC-0002"), id_="S2"))
    return sent


def _collect(gateway: Gateway) -> list[Received]:
    received, errors = collect(gateway.context, gateway.context.partners["vietinbank"])
    assert errors == []
    return received


def test_t7_a_file_over_which_the_program_fails_is_set_aside_once_and_the_next_one_goes_on(faulty: Gateway) -> None:
    first, second = _collect(faulty)
    assert (first.state, first.error and first.error.code) == ("quarantined", "fault")
    assert isinstance(first.bug, AssertionError)
    assert second.state == "processed"
    assert faulty.exceptions() == ["quarantined"]
    assert [told(_collect(faulty)) for _ in range(3)] == [[], [], []]
    assert names(folder(faulty)) == []
    assert faulty.states()["TC-0001"] == "sent"


def test_the_fault_is_raised_at_the_end_of_the_round_that_met_it_and_of_no_other(faulty: Gateway) -> None:
    with pytest.raises(AssertionError):
        poll(faulty.context)
    assert faulty.states()["TC-0002"] == "settled"
    assert poll(faulty.context).received == []


def test_a_file_is_reprocessed_when_the_program_is_mended(faulty: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _second = _collect(faulty)
    with pytest.raises(AssertionError):
        reprocess(faulty.context, [first.file], "checker")
    monkeypatch.undo()
    (again,) = reprocess(faulty.context, [first.file], "checker")
    assert again.state == "processed"
    assert faulty.states()["TC-0001"] == "settled"
    assert faulty.value("SELECT state FROM exception") == "resolved"


def test_t7_what_a_crash_left_unread_is_set_aside_as_well(faulty: Gateway) -> None:
    first, _second = _collect(faulty)
    with faulty.store.begin() as tx:
        tx.run("UPDATE file_in SET state = 'received' WHERE reference = :r", r=first.file)
    (again,) = _collect(faulty)
    assert (again.state, type(again.bug)) == ("quarantined", AssertionError)
    assert _collect(faulty) == []


def test_t7_an_inbox_over_whose_listing_the_program_fails_keeps_no_other_from_its_turn(sent: Gateway) -> None:
    def failing(path: str, found: list[RemoteFile]) -> list[RemoteFile]:
        assert not path.endswith("status")
        return found

    lay(folder(sent) / "STM_1.xml", BANK.statement(debit(sent)))
    through(sent, listed=failing)
    first, second = _collect(sent)
    assert (type(first.bug), first.message, second.state) == (AssertionError, "pain.002", "processed")
