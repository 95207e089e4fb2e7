"""Deliver, beside single faults: damaged uploads, taken names, passed days, competitors, frozen partners."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from support.gateways import Gateway, copy_of, row

from gateway.domain.errors import RemoteUnknown
from gateway.ports import RemoteFile, RemoteWriter, Transport
from gateway.store import blobs, files, stops
from gateway.usecases.deliver import Delivery


@pytest.fixture
def sealed(sealed_home: Path, tmp_path: Path) -> Iterator[Gateway]:
    gateway = copy_of(sealed_home, tmp_path)
    yield gateway
    gateway.close()


@dataclass
class Through:
    """Another server in front of the folder; each part can be replaced."""

    inner: Transport
    writes: Callable[[bytes], bytes] = lambda data: data
    renames: Callable[[], None] = lambda: None

    host_key = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def rename(self, source: str, target: str) -> None:
        self.inner.rename(source, target)
        self.renames()

    @contextmanager
    def open_exclusive(self, path: str) -> Iterator[RemoteWriter]:
        with self.inner.open_exclusive(path) as writer:
            yield _Writer(writer, self.writes)  # type: ignore[misc]


@dataclass
class _Writer:
    inner: RemoteWriter
    changed: Callable[[bytes], bytes]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def write(self, data: bytes) -> None:
        self.inner.write(self.changed(data))


def _sent(gateway: Gateway) -> Delivery:
    (delivery,) = gateway.send().deliveries
    return delivery


def _file(gateway: Gateway) -> Any:
    (file,) = gateway.files()
    return file


def _put(gateway: Gateway, content: bytes) -> None:
    (gateway.place() / "in" / _file(gateway).name).write_bytes(content)


def another_process(gateway: Gateway) -> Gateway:
    """Another process on the same home."""
    return Gateway(gateway.folder, gateway.url, clock=gateway.clock)


def test_a_file_is_delivered_once_and_a_second_run_has_nothing_to_do(sealed: Gateway) -> None:
    delivery = _sent(sealed)
    assert (delivery.state, delivery.error) == ("sent", None)
    assert list(sealed.outbox()) == [delivery.name]
    assert sealed.send().deliveries == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data + b" ",
        lambda data: data.replace(b"500001", b"500009"),
        lambda data: bytes(len(data)),
        lambda data: b"",
    ],
    ids=["last byte lost", "byte added", "amount changed", "a hole of zeros", "nothing arrives"],
)
def test_m7_a_damaged_upload_is_never_released(sealed: Gateway, damage: Callable[[bytes], bytes]) -> None:
    sealed.wrap = lambda transport: Through(transport, writes=damage)  # type: ignore[assignment, return-value]
    delivery = _sent(sealed)
    assert delivery.state == "uploading"
    assert delivery.error is not None
    assert [name for name in sealed.outbox() if not name.startswith(".")] == []
    assert set(sealed.states().values()) == {"allocated"}
    sealed.wrap = lambda transport: transport
    assert _sent(sealed).state == "sent"
    assert list(sealed.outbox()) == [delivery.name]


def test_m5_a_name_that_is_taken_before_the_first_attempt_is_an_alarm(sealed: Gateway) -> None:
    _put(sealed, b"somebody else's")
    delivery = _sent(sealed)
    assert delivery.error is not None
    assert delivery.error.exit_code == 5
    assert sealed.outbox() == {delivery.name: b"somebody else's"}
    assert set(sealed.states().values()) == {"allocated"}


def test_other_bytes_under_our_name_after_a_lost_reply_freeze_the_partner(sealed: Gateway) -> None:
    def replaced() -> None:
        _put(sealed, b"not ours")
        raise RemoteUnknown("timeout")

    sealed.wrap = lambda transport: Through(transport, renames=replaced)  # type: ignore[assignment, return-value]
    assert _sent(sealed).state == "unknown"
    sealed.wrap = lambda transport: transport
    looked = _sent(sealed)
    assert looked.error is not None
    assert (looked.state, looked.error.code) == ("unknown", "final_name_differs")
    with sealed.store.read() as tx:
        assert stops.of_partner_active(tx, "vietinbank")
    assert _sent(sealed).error.code == "file_unknown_outcome"  # type: ignore[union-attr]


def test_m9_an_unknown_file_is_said_at_every_run_until_it_is_found(sealed: Gateway) -> None:
    def lost() -> None:
        content = sealed.outbox()[_file(sealed).name]
        (sealed.place() / "in" / _file(sealed).name).unlink()
        raise RemoteUnknown("timeout", size=len(content))

    sealed.wrap = lambda transport: Through(transport, renames=lost)  # type: ignore[assignment, return-value]
    for _ in range(3):
        delivery = _sent(sealed)
        sealed.wrap = lambda transport: transport
        assert delivery.state == "unknown"
        assert isinstance(delivery.error, RemoteUnknown)
        assert sealed.outbox() == {}
    with sealed.store.read() as tx:
        wire = files.wire_objects(tx, _file(sealed).id)[0]
        content = b"".join(blobs.parts(tx, wire.sha256))
    _put(sealed, content)
    assert _sent(sealed).state == "sent"


def test_m5_a_file_whose_day_has_passed_is_void_and_its_payments_go_under_a_new_id(sealed: Gateway) -> None:
    sealed.clock.pass_(days=1)
    assert _sent(sealed).state == "void"
    assert sealed.outbox() == {}
    assert set(sealed.states().values()) == {"approved"}
    assert _sent(sealed).state == "sent"
    old, new = sealed.files()
    assert (old.state, new.state) == ("void", "sent")
    assert (old.message_id, old.name) != (new.message_id, new.name)
    assert new.execution_date == "2026-11-03"
    assert list(sealed.outbox()) == [new.name]
    assert sealed.rows("SELECT file_id, live FROM payment_file ORDER BY file_id") == [(old.id, False), (new.id, True)]


def test_a_partly_uploaded_file_whose_day_has_passed_leaves_nothing_at_the_partner(sealed: Gateway) -> None:
    sealed.wrap = lambda transport: Through(transport, writes=lambda data: data[:-1])  # type: ignore[assignment, return-value]
    assert _sent(sealed).state == "uploading"
    sealed.wrap = lambda transport: transport
    sealed.clock.pass_(days=1)
    assert _sent(sealed).state == "void"
    assert sealed.outbox() == {}


def test_d3_a_second_sender_that_comes_after_the_first_does_nothing(sealed: Gateway) -> None:
    """The file was due when the second one looked, and is sent when it gets the lock."""
    second = sealed.context.store.exclusive

    def after_the_first(name: str) -> Any:
        sealed.store.exclusive = second  # type: ignore[method-assign]
        first = another_process(sealed)
        assert first.send().deliveries[0].state == "sent"
        first.close()
        return second(name)

    sealed.store.exclusive = after_the_first  # type: ignore[method-assign]
    (delivery,) = sealed.send().deliveries
    assert (delivery.state, delivery.error) == ("sent", None)
    assert list(sealed.outbox()) == [delivery.name]
    assert sealed.value("SELECT count(*) FROM attempt") == 1


def test_m12_a_payment_changed_in_the_database_after_sealing_is_not_released(sealed: Gateway) -> None:
    with sealed.store.begin() as tx:
        tx.run("DROP TRIGGER payment_content_fixed")
        tx.run("UPDATE payment SET amount = amount + 1")
    delivery = _sent(sealed)
    assert delivery.error is not None
    assert delivery.error.code == "approval_void"
    assert [name for name in sealed.outbox() if not name.startswith(".")] == []
    assert set(sealed.states().values()) == {"allocated"}


def test_m12_an_approval_that_no_longer_stands_stops_the_release(sealed: Gateway) -> None:
    sealed.revoke("checker2", void=True)
    delivery = _sent(sealed)
    assert delivery.error is not None
    assert delivery.error.code == "approval_void"
    assert set(sealed.states().values()) == {"allocated"}


def test_a_frozen_partner_gets_nothing(sealed: Gateway) -> None:
    with sealed.store.begin() as tx:
        stops.put(tx, stops.of_partner("vietinbank"), "duplicate_rejection", "M1", "system")
    delivery = _sent(sealed)
    assert delivery.error is not None
    assert delivery.error.code == "partner_frozen"
    assert sealed.outbox() == {}


def test_a_partner_frozen_during_the_upload_gets_nothing(sealed: Gateway) -> None:
    def freezing(data: bytes) -> bytes:
        other = another_process(sealed)
        with other.store.begin() as tx:
            stops.put(tx, stops.of_partner("vietinbank"), "duplicate_rejection", "M1", "system")
        other.close()
        return data

    sealed.wrap = lambda transport: Through(transport, writes=freezing)  # type: ignore[assignment, return-value]
    delivery = _sent(sealed)
    assert delivery.error is not None
    assert delivery.error.code == "partner_frozen"
    assert set(sealed.states().values()) == {"allocated"}


def test_t7_one_partner_that_refuses_delays_no_other(gateway: Gateway) -> None:
    gateway.approved(row(1), row(2, bank="momo", account="0912345678"))
    (gateway.place("momo") / "in").rmdir()
    states = {delivery.partner: delivery.state for delivery in gateway.send().deliveries}
    assert states == {"vietinbank": "sent", "momo": "sealed"}


def test_m4_limits_of_a_file_cut_a_batch_into_files_without_overlap(gateway: Gateway) -> None:
    profile = gateway.profiles["vietinbank"]
    limits = replace(profile.limits, payments_per_file_max=2, amount_per_file_max=1_200_000)
    gateway.profiles["vietinbank"] = replace(profile, limits=limits)
    amounts = (600_000, 600_000, 600_000, 700_000, 100_000)
    gateway.approved(*(row(number, amount=str(amount)) for number, amount in enumerate(amounts, 1)))
    gateway.send()
    assert [(file.payments, file.amount) for file in gateway.files()] == [(2, 1_200_000), (1, 600_000), (2, 800_000)]
    links = gateway.rows("SELECT payment_id, count(*) AS files FROM payment_file WHERE live GROUP BY payment_id")
    assert [link.files for link in links] == [1] * 5
    assert len(set(gateway.outbox())) == 3


def test_a_look_never_writes(sealed: Gateway) -> None:
    seen: list[str] = []

    @dataclass
    class Watch(Through):
        def stat(self, path: str) -> RemoteFile | None:
            seen.append("stat")
            return self.inner.stat(path)

        def remove(self, path: str) -> bool:
            seen.append("remove")
            return self.inner.remove(path)

        def open_exclusive(self, path: str) -> Any:
            seen.append("open")
            return self.inner.open_exclusive(path)

    def lost() -> None:
        raise RemoteUnknown("timeout")

    sealed.wrap = lambda transport: Through(transport, renames=lost)  # type: ignore[assignment, return-value]
    assert _sent(sealed).state == "unknown"
    sealed.wrap = lambda transport: Watch(transport)  # type: ignore[assignment, return-value]
    assert _sent(sealed).state == "sent"
    assert seen[0] == "stat"
    assert "open" not in seen
