"""What is particular to a delivery form: names of others that are never touched, bytes that are read back or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, get_args

import pytest
from support.gateways import Gateway, row

from adapters.profile import Delivery
from gateway.domain.errors import RemoteRefused
from gateway.ports import Transport
from gateway.store import blobs
from gateway.usecases.deliver import Delivery as Delivered


@dataclass
class Server:
    """A partner's server at which the opening of a file or its reading can be something else."""

    inner: Transport
    opening: Callable[[str], None] = lambda path: None
    writing: Callable[[bytes], bytes] = lambda data: data

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def open_exclusive(self, path: str) -> Any:
        self.opening(path)
        return _Opened(self.inner.open_exclusive(path), self.writing)


@dataclass
class _Opened:
    inner: Any
    writing: Callable[[bytes], bytes]

    def __enter__(self) -> Any:
        writer = self.inner.__enter__()
        write = writer.write
        writer.write = lambda data: write(self.writing(data))
        return writer

    def __exit__(self, *end: Any) -> Any:
        return self.inner.__exit__(*end)


def _in_form(gateway: Gateway, form: Delivery, **parts: Any) -> None:
    profile = gateway.profiles["vietinbank"]
    gateway.profiles["vietinbank"] = replace(profile, outbox=replace(profile.outbox, delivery=form))
    gateway.wrap = lambda transport: Server(transport, **parts)  # type: ignore[assignment, return-value]


def _sent(gateway: Gateway) -> Delivered:
    (delivery,) = gateway.send().deliveries
    return delivery


@pytest.mark.parametrize("form", get_args(Delivery))
def test_no_transaction_is_open_while_the_partner_takes_the_bytes(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, form: Delivery
) -> None:
    """A database gives up a transaction that idles for as long as a slow upload takes."""
    monkeypatch.setattr(blobs, "PART_BYTES", 256)
    used: list[int] = []

    def writing(data: bytes) -> bytes:
        used.append(gateway.store.engine.pool.checkedout())  # type: ignore[attr-defined]
        return data

    gateway.approved(row(1), row(2))
    _in_form(gateway, form, writing=writing)
    assert _sent(gateway).state == "sent"
    assert len(used) > 2
    assert set(used) == {0}


def test_a_marker_is_an_empty_file_beside_the_data(sealed: Gateway) -> None:
    _in_form(sealed, "marker")
    delivery = _sent(sealed)
    assert delivery.state == "sent"
    assert sorted(sealed.outbox()) == [delivery.name, f"{delivery.name}.done"]
    assert sealed.outbox()[f"{delivery.name}.done"] == b""


def test_m7_no_marker_is_made_for_bytes_that_arrived_damaged(sealed: Gateway) -> None:
    _in_form(sealed, "marker", writing=lambda data: data[:-1])
    delivery = _sent(sealed)
    assert (delivery.state, list(sealed.outbox())) == ("uploading", [delivery.name])
    _in_form(sealed, "marker")
    assert _sent(sealed).state == "sent"


def test_a_file_of_somebody_else_under_our_name_is_never_removed(sealed: Gateway) -> None:
    """It came between our look and our upload; the attempt that failed at it is not allowed to clear it away."""
    name = sealed.files()[0].name

    def taken(path: str) -> None:
        (sealed.place() / path.strip("/")).write_bytes(b"somebody else's")

    _in_form(sealed, "marker", opening=taken)
    assert _sent(sealed).state == "uploading"
    _in_form(sealed, "marker")
    delivery = _sent(sealed)
    assert delivery.error is not None
    assert (delivery.error.code, delivery.error.exit_code) == ("final_name_taken", 5)
    assert sealed.outbox() == {name: b"somebody else's"}


def test_m1_nothing_is_removed_once_its_marker_is_there(sealed: Gateway) -> None:
    """An attempt that we believe unreleased, and whose marker somebody made: the partner may be reading."""
    _in_form(sealed, "marker", opening=lambda path: _refuse_marker(path))
    assert _sent(sealed).state == "unknown"
    before = sealed.outbox()
    assert len(before) == 1
    with sealed.store.begin() as tx:
        tx.run("UPDATE file_out SET state = 'uploading'")
        tx.run("UPDATE attempt SET releasing_at = NULL")
        tx.run("UPDATE payment SET state = 'allocated'")
    marker = sealed.place() / "in" / f"{next(iter(before))}.done"
    marker.write_bytes(b"")
    _in_form(sealed, "marker")
    assert _sent(sealed).state == "unknown"
    assert sealed.outbox() == before | {marker.name: b""}


def _refuse_marker(path: str) -> None:
    if path.endswith(".done"):
        raise RemoteRefused("permission_denied")


@pytest.mark.parametrize(
    ("damage", "code", "exit_code"),
    [
        (lambda data: data[:-1], "file_unknown_outcome", 4),
        (lambda data: data.replace(b"500001", b"500009"), "final_name_differs", 5),
    ],
    ids=["a part arrived", "other bytes arrived"],
)
def test_m7_what_was_written_directly_is_read_back(
    sealed: Gateway, damage: Callable[[bytes], bytes], code: str, exit_code: int
) -> None:
    _in_form(sealed, "direct", writing=damage)
    delivery = _sent(sealed)
    assert delivery.error is not None
    assert (delivery.state, delivery.error.code, delivery.error.exit_code) == ("unknown", code, exit_code)
    before = sealed.outbox()
    _in_form(sealed, "direct")
    assert _sent(sealed).state == "unknown"
    assert sealed.outbox() == before


@pytest.mark.parametrize("form", ["direct", "dropbox"])
def test_m8_the_intent_to_release_comes_before_the_first_byte_under_the_final_name(
    sealed: Gateway, form: Delivery
) -> None:
    seen: list[tuple[str, dict[str, str]]] = []

    def opening(_path: str) -> None:
        seen.append((sealed.files()[0].state, sealed.states()))

    _in_form(sealed, form, opening=opening)
    assert _sent(sealed).state == "sent"
    assert seen == [("releasing", {"TC-0001": "sent"})]
