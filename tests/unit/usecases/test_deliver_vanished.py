"""What a sender finds at the partner that it did not leave there, and answers that are quicker than a reply."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.decisions import decision
from support.evidence import BANK
from support.gateways import Gateway, copy_of
from support.stores import Crashed

from gateway.domain.errors import RemoteRefused, RemoteUnknown
from gateway.ports import Transport
from gateway.store import stops
from gateway.usecases import gravity
from gateway.usecases.deliver import Delivery
from gateway.usecases.send import Sent

Rename = Callable[[Transport, str, str], None]


@dataclass
class Partner:
    """A server of which single operations can be replaced."""

    inner: Transport
    rename_: Rename | None = None
    read_: Callable[[], None] | None = None
    open_: Callable[[], None] | None = None
    removed: list[str] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def rename(self, source: str, target: str) -> None:
        (self.rename_ or type(self.inner).rename)(self.inner, source, target)

    def read(self, path: str, size_bytes_max: int) -> Any:
        if self.read_:
            self.read_()
        return self.inner.read(path, size_bytes_max)

    def open_exclusive(self, path: str) -> Any:
        if self.open_:
            self.open_()
        return self.inner.open_exclusive(path)

    def remove(self, path: str) -> bool:
        if self.removed is not None:
            self.removed.append(path)
        return self.inner.remove(path)


@pytest.fixture
def sealed(sealed_home: Path, tmp_path: Path) -> Iterator[Gateway]:
    gateway = copy_of(sealed_home, tmp_path)
    yield gateway
    gateway.close()


def _through(gateway: Gateway, **parts: Any) -> None:
    gateway.wrap = lambda transport: Partner(transport, **parts)


def _plainly(gateway: Gateway) -> None:
    gateway.wrap = lambda transport: transport


def _delivery(sent: Sent) -> Delivery:
    (delivery,) = sent.deliveries
    return delivery


def _take(gateway: Gateway) -> list[bytes]:
    """The partner takes away whatever lies there."""
    taken = [path.read_bytes() for path in sorted((gateway.place() / "in").iterdir())]
    for path in (gateway.place() / "in").iterdir():
        path.unlink()
    return taken


# --- whole bytes that are not where we left them -------------------------------------------------------------------


def test_m1_a_whole_temporary_that_somebody_took_is_never_sent_a_second_time(sealed: Gateway) -> None:
    taken: list[bytes] = []

    def sweep() -> None:
        taken.extend(_take(sealed))
        raise RemoteUnknown("connection_lost")

    _through(sealed, read_=sweep)
    assert _delivery(sealed.send()).state == "uploading"
    assert len(taken) == 1
    _plainly(sealed)
    for _ in range(2):
        sent = sealed.send()
        assert _delivery(sent).state == "unknown"
        assert gravity.of_sent(sent) == 4
    assert sealed.outbox() == {}
    assert sealed.states() == {"TC-0001": "sent"}


def test_an_attempt_that_opened_nothing_leaves_nothing_to_be_missed(sealed: Gateway) -> None:
    def full() -> None:
        raise RemoteRefused("failure")

    _through(sealed, open_=full)
    assert _delivery(sealed.send()).state == "uploading"
    _plainly(sealed)
    assert _delivery(sealed.send()).state == "sent"


def test_a_temporary_once_removed_is_not_removed_again_at_every_run(sealed: Gateway) -> None:
    removed: list[str] = []

    def full() -> None:
        raise RemoteRefused("failure")

    _through(sealed, open_=full, removed=removed)
    for _ in range(5):
        sealed.send()
    assert len(removed) == len(set(removed)) == 4


def test_m1_a_half_done_rename_leaves_no_second_copy_behind(sealed: Gateway) -> None:
    """The server made the link and failed to remove the old name."""

    def half(_inner: Transport, source: str, target: str) -> None:
        os.link(sealed.place() / source.strip("/"), sealed.place() / target.strip("/"))
        raise RemoteRefused("failure")

    _through(sealed, rename_=half)
    delivery = _delivery(sealed.send())
    assert delivery.state == "sent"
    assert list(sealed.outbox()) == [delivery.name]


def test_a_name_taken_by_other_bytes_freezes_the_partner_and_the_day_still_passes(sealed: Gateway) -> None:
    (file,) = sealed.files()
    (sealed.place() / "in" / file.name).write_bytes(b"not ours")
    taken = _delivery(sealed.send())
    assert taken.error is not None
    assert (taken.error.code, taken.error.exit_code) == ("final_name_taken", 5)
    with sealed.store.read() as tx:
        assert stops.of_partner_active(tx, "vietinbank")
    sealed.clock.pass_(days=3)
    with sealed.store.begin() as tx:
        stops.lift(tx, stops.of_partner("vietinbank"), decision(tx, "start", "partner vietinbank"))
    assert _delivery(sealed.send()).state == "void"
    assert sealed.states() == {"TC-0001": "approved"}


# --- answers before the reply --------------------------------------------------------------------------------------


def _answered(gateway: Gateway, status: tuple[str, str], end: Callable[[], None]) -> Rename:
    """The partner takes the file and answers it; only then does the rename end."""
    (file,) = gateway.files()

    def rename(inner: Transport, source: str, target: str) -> None:
        inner.rename(source, target)
        _take(gateway)
        _plainly(gateway)
        gateway.receive("pain.002", "1", BANK.status(file.message_id, group=status))
        end()

    return rename


def _timeout() -> None:
    raise RemoteUnknown("timeout")


@pytest.mark.parametrize(("status", "state"), [(("ACCP", ""), "acknowledged"), (("RJCT", "FF01"), "rejected")])
def test_m9_an_answer_that_comes_before_a_lost_reply_stands(
    sealed: Gateway, status: tuple[str, str], state: str
) -> None:
    _through(sealed, rename_=_answered(sealed, status, _timeout))
    sealed.send()
    assert [file.state for file in sealed.files()] == [state]
    assert sealed.send().deliveries == []


def test_an_answer_that_comes_before_the_good_reply_stands_and_the_attempt_is_closed(sealed: Gateway) -> None:
    _through(sealed, rename_=_answered(sealed, ("ACCP", ""), lambda: None))
    delivery = _delivery(sealed.send())
    assert (delivery.state, delivery.error) == ("acknowledged", None)
    assert sealed.value("SELECT sent_at FROM file_out") is not None
    assert sealed.rows("SELECT outcome FROM attempt WHERE ended_at IS NOT NULL") == [("renamed",)]


# --- always said ---------------------------------------------------------------------------------------------------


def _unreachable(_transport: Transport) -> Transport:
    raise RemoteRefused("unreachable")


def _freeze(gateway: Gateway) -> None:
    with gateway.store.begin() as tx:
        stops.put(tx, stops.of_partner("vietinbank"), "duplicate_rejection", "M1", "system")


@pytest.mark.parametrize("trouble", ["unreachable", "frozen"])
@pytest.mark.parametrize("end", [RemoteUnknown("timeout"), Crashed()], ids=["reply lost", "sender died"])
def test_m9_an_unknown_outcome_is_said_also_when_the_partner_cannot_be_asked(
    sealed: Gateway, end: BaseException, trouble: str
) -> None:
    def lost(inner: Transport, source: str, target: str) -> None:
        inner.rename(source, target)
        _take(sealed)
        raise end

    _through(sealed, rename_=lost)
    with suppress(Crashed):
        sealed.send()
    assert [file.state for file in sealed.files()] == ["releasing" if isinstance(end, Crashed) else "unknown"]
    _plainly(sealed)
    if trouble == "unreachable":
        sealed.wrap = _unreachable
    else:
        _freeze(sealed)
    assert gravity.of_sent(sealed.send()) == 4
