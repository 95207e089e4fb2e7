"""Partners' folders at their worst: files that are still written, closed folders, impossible numbers and days."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from support.banks import Booking
from support.evidence import BANK, amount, booked, debit, replaced
from support.gateways import Gateway

from adapters.profile import Inbox
from gateway.ports import RemoteFile, Transport
from gateway.usecases import gravity
from gateway.usecases.poll import poll


@dataclass
class Partner:
    """A server that does something during a read or before a look, or lists without attributes."""

    inner: Transport
    during_read: Callable[[], None] = lambda: None
    before_stat: Callable[[], None] = lambda: None
    attributes: bool = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def listing(self, folder: str) -> Iterator[RemoteFile]:
        found = self.inner.listing(folder)
        return found if self.attributes else (replace(each, size_bytes=0, modified=0) for each in found)

    def stat(self, path: str) -> RemoteFile | None:
        self.before_stat()
        return self.inner.stat(path)

    def read(self, path: str, size_bytes_max: int) -> Any:
        self.during_read()
        return self.inner.read(path, size_bytes_max)


def _through(gateway: Gateway, **parts: Any) -> None:
    gateway.wrap = lambda transport: Partner(transport, **parts)


def _plainly(gateway: Gateway) -> None:
    gateway.wrap = lambda transport: transport


def _inbox(gateway: Gateway, message: str = "camt.053") -> Inbox:
    return next(box for box in gateway.profiles["vietinbank"].inboxes if box.message == message)


def _folder(gateway: Gateway, path: str) -> Path:
    return gateway.place() / path.strip("/")


def _archived(gateway: Gateway) -> list[str]:
    return sorted(path.name for path in _folder(gateway, _inbox(gateway).archive).iterdir())


def test_t7_a_file_that_grows_while_it_is_read_is_left_for_the_next_round(sent: Gateway) -> None:
    document = BANK.statement(debit(sent))
    sent.put("camt.053", "1", document[:1000])
    _through(sent, during_read=lambda: sent.put("camt.053", "1", document))
    assert sent.collect() == []
    assert _archived(sent) == []
    _plainly(sent)
    assert [each.state for each in sent.collect()] == ["processed"]
    assert sent.states()["TC-0001"] == "settled"


def test_t7_a_file_read_when_half_written_is_read_again_when_it_is_whole(sent: Gateway) -> None:
    document = BANK.statement(debit(sent))
    sent.put("camt.053", "1", document[:1000])
    assert [each.state for each in sent.collect()] == ["quarantined"]
    assert _archived(sent) == []
    sent.put("camt.053", "1", document)
    assert [each.state for each in sent.collect()] == ["processed"]
    assert sent.states()["TC-0001"] == "settled"
    assert len(_archived(sent)) == 1


def test_t4_a_file_that_cannot_be_believed_is_archived_when_it_has_not_changed_by_the_next_round(
    sent: Gateway,
) -> None:
    sent.put("camt.053", "1", b"nothing")
    for _ in range(3):
        sent.collect()
    assert len(_archived(sent)) == 1
    assert sent.rows("SELECT state FROM file_in") == [("quarantined",)]
    assert sent.exceptions() == ["quarantined"]


def test_t3_other_bytes_that_come_under_the_name_after_the_read_are_read_as_well(sent: Gateway) -> None:
    """Between our commit and our move to the archive."""
    first, second = BANK.statement(debit(sent)), BANK.statement(debit(sent, "TC-0002"), id_="S2")
    sent.put("camt.053", "1", first)

    def replace_when_processed() -> None:
        if sent.value("SELECT count(*) FROM file_in WHERE state = 'processed'"):
            _plainly(sent)
            sent.put("camt.053", "1", second + b"\n")

    _through(sent, before_stat=replace_when_processed)
    sent.collect()
    assert sent.states()["TC-0002"] == "sent"
    _plainly(sent)
    sent.collect()
    assert [sent.states()[ref] for ref in ("TC-0001", "TC-0002")] == ["settled", "settled"]


def test_t7_a_server_that_lists_names_only_is_read_all_the_same(sent: Gateway) -> None:
    _through(sent, attributes=False)
    sent.put("camt.053", "1", BANK.statement(debit(sent)))
    assert [each.state for each in sent.collect()] == ["processed"]
    assert sent.states()["TC-0001"] == "settled"


def test_s7_an_alarm_is_told_in_its_cycle_also_when_the_file_cannot_be_archived(sent: Gateway) -> None:
    shutil.rmtree(_folder(sent, _inbox(sent).archive))
    sent.put("camt.053", "1", BANK.statement(Booking(None, -777_000, "X")))
    (received,) = sent.collect()
    assert received.matched.kinds == ["unknown_debit"]
    assert gravity.of_received(received) == 5


def test_t7_one_closed_folder_delays_no_other(sent: Gateway) -> None:
    shutil.rmtree(_folder(sent, _inbox(sent, "pain.002").folder))
    sent.put("camt.053", "1", BANK.statement(debit(sent)))
    round_ = poll(sent.context)
    assert [(partner, error.code) for partner, error in round_.errors] == [("vietinbank", "no_such_file")]
    assert sent.states()["TC-0001"] == "settled"


@pytest.mark.parametrize("entries", [12, 1])
@pytest.mark.parametrize("digits", [18, 19, 30])
def test_t7_amounts_beyond_any_database_delay_nobody(sent: Gateway, digits: int, entries: int) -> None:
    huge = replaced(debit(sent, reference=None), f">{amount(sent)}<", f">{'9' * digits}<")
    sent.put("camt.053", "1", BANK.statement(*[huge] * entries))
    sent.put("camt.053", "2", BANK.statement(debit(sent, "TC-0002"), id_="S2"))
    first, second = sent.collect()
    assert (first.bug, second.state) == (None, "processed")
    assert first.state in ("processed", "quarantined")
    assert sent.states()["TC-0001"] == "sent"
    assert sent.states()["TC-0002"] == "settled"
    assert set(sent.exceptions()) <= {"quarantined", "unreadable_entry", "details_differ", "unexplained_debit"}
    assert sent.exceptions() != []


@pytest.mark.parametrize("day", ["9999-12-31", "9999-12-25", "0001-01-01"])
def test_t7_a_day_beyond_any_calendar_delays_nobody(sent: Gateway, day: str) -> None:
    booked(sent, debit(sent, day=day), name="1")
    assert sent.states()["TC-0001"] == "settled"
    booked(sent, debit(sent, "TC-0002"), name="2")
    assert sent.states()["TC-0002"] == "settled"
