"""A signature beside the file: sealed with it, whole at the partner before the file can be a payment, never missing."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from support.banks import SIGNATURE
from support.gateways import Gateway, copy_of, payments_key
from support.sending import FAULTS, World, sealed_home, singles
from support.signatures import TemporarySpool

from adapters.profile import Delivery, Signature
from gateway.domain.errors import RemoteRefused
from gateway.ports import Transport
from gateway.proof import PartnerVerifier
from gateway.store import blobs, files, stops

FORMS: tuple[Delivery, ...] = ("rename", "marker", "direct")
NAME = "CHITRA_20261102_000001.xml"
BESIDE = NAME + SIGNATURE


def declaring(gateway: Gateway, signature: Signature, delivery: Delivery = "rename") -> Gateway:
    profile = gateway.profiles["vietinbank"]
    outbox = replace(profile.outbox, signature=signature, delivery=delivery)
    gateway.profiles["vietinbank"] = replace(profile, outbox=outbox)
    return gateway


@pytest.fixture
def approved(approved_home: Path, tmp_path: Path) -> Iterator[Gateway]:
    gateway = copy_of(approved_home, tmp_path)
    yield declaring(gateway, "cms")
    gateway.close()


@pytest.fixture(scope="module")
def signed_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sealed file with a CMS signature, nothing at the partner."""
    return sealed_home(tmp_path_factory.mktemp("signed") / "home", "cms")


@pytest.fixture
def sealed(signed_home: Path, tmp_path: Path) -> Iterator[Gateway]:
    gateway = copy_of(signed_home, tmp_path)
    yield declaring(gateway, "cms")
    gateway.close()


def state(gateway: Gateway) -> str:
    (delivery,) = gateway.send().deliveries
    return delivery.state


# -- what is sealed and sent


@pytest.mark.parametrize(("signature", "suffix"), [("cms", ".p7s"), ("detached", ".sig")])
@pytest.mark.parametrize("delivery", FORMS)
def test_m5_m7_a_file_goes_out_with_its_signature_and_both_are_what_was_sealed(
    approved: Gateway, delivery: Delivery, signature: Signature, suffix: str
) -> None:
    declaring(approved, signature, delivery)
    assert state(approved) == "sent"
    found = approved.outbox()
    assert set(found) == {NAME, NAME + suffix} | ({f"{NAME}.done"} if delivery == "marker" else set())
    (file,) = approved.files()
    with approved.store.read() as tx:
        wires = files.wire_objects(tx, file.id)
        assert [(wire.name, b"".join(blobs.parts(tx, wire.sha256))) for wire in wires] == [
            (NAME, found[NAME]),
            (NAME + suffix, found[NAME + suffix]),
        ]
    verifier = PartnerVerifier([payments_key().certificate_pem], [], TemporarySpool(), approved.clock)
    proven = verifier.verify_beside(io.BytesIO(found[NAME]), signature, found[NAME + suffix], NAME, 1 << 20)
    with closing(proven):
        assert proven.open().read() == found[NAME]


def test_the_message_keeps_the_signature_inside_it(approved: Gateway) -> None:
    approved.send()
    verifier = PartnerVerifier([payments_key().certificate_pem], [], TemporarySpool(), approved.clock)
    assert verifier.verify(io.BytesIO(approved.outbox()[NAME]), "enveloped", 1 << 20).proof == "enveloped"


def test_t9_a_file_sealed_without_the_signature_declared_is_made_anew(sealed_home: Path, tmp_path: Path) -> None:
    gateway = declaring(copy_of(sealed_home, tmp_path), "cms")
    assert state(gateway) == "void"
    assert gateway.outbox() == {}
    assert state(gateway) == "sent"
    assert sorted(gateway.outbox()) == ["CHITRA_20261102_000002.xml", f"CHITRA_20261102_000002.xml{SIGNATURE}"]
    gateway.close()


def test_a_file_whose_day_has_passed_leaves_no_signature_at_the_partner(sealed: Gateway) -> None:
    sealed.wrap = lambda transport: Refusing(transport, ".part")  # type: ignore[assignment, return-value]
    assert state(sealed) == "uploading"
    assert list(sealed.outbox()) == [BESIDE]
    sealed.wrap = lambda transport: transport
    sealed.clock.pass_(days=1)
    assert state(sealed) == "void"
    assert sealed.outbox() == {}


class Refusing:
    """A server that lets nobody create names with this ending, or spoils what is written under them."""

    def __init__(self, inner: Transport, ending: str, spoils: bool = False) -> None:
        self._inner, self._ending, self._spoils = inner, ending, spoils

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    def open_exclusive(self, path: str) -> object:
        if not path.endswith(self._ending):
            return self._inner.open_exclusive(path)
        if not self._spoils:
            raise RemoteRefused("permission_denied", path=path)
        return Spoiling(self._inner.open_exclusive(path))


class Spoiling:
    def __init__(self, inner: object) -> None:
        self._inner = inner

    def __enter__(self) -> Spoiling:
        self._writer = self._inner.__enter__()  # type: ignore[attr-defined]
        return self

    def __exit__(self, *error: object) -> None:
        self._inner.__exit__(*error)  # type: ignore[attr-defined]

    def __getattr__(self, name: str) -> object:
        return getattr(self._writer, name)

    def write(self, data: bytes) -> None:
        self._writer.write(bytes(len(data)))


# -- what goes wrong


@pytest.mark.parametrize("spoils", [False, True])
@pytest.mark.parametrize("delivery", FORMS)
def test_t9_without_its_whole_signature_nothing_is_released(sealed: Gateway, delivery: Delivery, spoils: bool) -> None:
    declaring(sealed, "cms", delivery)
    sealed.wrap = lambda transport: Refusing(transport, SIGNATURE, spoils)  # type: ignore[assignment, return-value]
    assert state(sealed) == "uploading"
    assert sealed.outbox() == {}
    assert set(sealed.states().values()) == {"allocated"}
    sealed.wrap = lambda transport: transport
    assert state(sealed) == "sent"
    assert {NAME, BESIDE} <= set(sealed.outbox())


def test_m5_a_signature_name_that_is_taken_is_an_alarm_and_nothing_is_sent(sealed: Gateway) -> None:
    (sealed.place() / "in" / BESIDE).write_bytes(b"somebody else's")
    (delivery,) = sealed.send().deliveries
    assert delivery.error is not None
    assert (delivery.error.code, delivery.error.exit_code) == ("final_name_taken", 5)
    assert sealed.outbox() == {BESIDE: b"somebody else's"}
    with sealed.store.read() as tx:
        assert stops.of_partner_active(tx, "vietinbank")
    assert state(sealed) == "sealed"
    assert sealed.outbox() == {BESIDE: b"somebody else's"}


@pytest.mark.parametrize("left", [0, 100])
def test_a_part_of_the_signature_that_an_earlier_attempt_left_is_written_anew(sealed: Gateway, left: int) -> None:
    (file,) = sealed.files()
    with sealed.store.read() as tx:
        whole = b"".join(blobs.parts(tx, files.wire_objects(tx, file.id)[1].sha256))
    (sealed.place() / "in" / BESIDE).write_bytes(whole[:left])
    assert state(sealed) == "sent"
    assert sealed.outbox()[BESIDE] == whole


# -- a fault at every operation

NewWorld = Callable[[Delivery, str], World]


@pytest.fixture
def new_world(signed_home: Path, tmp_path: Path) -> Iterator[NewWorld]:
    made: list[World] = []

    def make(form: Delivery, habit: str) -> World:
        made.append(World(signed_home, tmp_path / "world", form, habit, signature="cms"))
        made[-1].begin()
        return made[-1]

    yield make
    for world in made:
        world.close()


@pytest.mark.parametrize("form", FORMS)
def test_m8_the_signature_is_whole_before_the_file_is_there(new_world: NewWorld, form: Delivery) -> None:
    world = new_world(form, "waits")
    names = [name.replace("/in/", "") for name in world.process()]
    laid = names.index(f"open {BESIDE}")
    assert names[laid : laid + 5] == [f"open {BESIDE}", "write", "sync", "close", f"read {BESIDE}"]
    assert laid < min(number for number, name in enumerate(names) if world.is_release(name))
    assert world.judge() == "sent"


@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.parametrize(
    ("form", "habit"), [("rename", "waits"), ("rename", "takes"), ("marker", "waits"), ("direct", "takes")]
)
def test_m1_m7_one_fault_anywhere_doubles_and_loses_nothing_and_no_order_is_without_its_signature(
    new_world: NewWorld, form: Delivery, habit: str, kind: str
) -> None:
    assert all(state in ("sent", "unknown") for _, _, state in singles(new_world(form, habit), kind))
