"""Files that travel as OpenPGP messages: made once at sealing, signed and encrypted, and nothing else of them."""

from __future__ import annotations

import io
from base64 import b64decode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

pytest.importorskip("pysequoia", reason="the extra openpgp is not installed")
from support import pgp as forms
from support.gateways import Gateway, copy_of, new_gateway, payments_key, row
from support.pgp import key
from support.proofs import body_of, proven, recipe
from support.signatures import TemporarySpool
from support.tampering import redefine

from adapters.profile import Delivery, Encryption, Signature
from gateway import proving
from gateway.bundle_check import check_body
from gateway.domain.errors import BadProof, RemoteRefused, RemoteUnknown
from gateway.ports import Transport
from gateway.proof import PartnerVerifier, PgpPins, no_pgp
from gateway.store import blobs, files
from gateway.store.discrepancy import Discrepancy
from gateway.store.integrity import rows
from gateway.usecases.integrity import sealed
from gateway.usecases.resume import survey
from keys import pgp
from keys.pgp import PgpCertificate, PgpKey

US, THEM, NEXT = key("us"), key("bank"), key("bank of next year")
NAME = "CHITRA_20261102_000001.xml.pgp"
FORMS: tuple[Delivery, ...] = ("rename", "marker", "direct")


def agree(gateway: Gateway, *trusted: PgpCertificate) -> Gateway:
    """Which certificates of the partner are pinned."""
    gateway.pgp_pins = lambda: PgpPins(trusted or (THEM.certificate,), US)
    gateway.__dict__.pop("context", None)
    return gateway


def declare(
    gateway: Gateway,
    encryption: Encryption = "openpgp",
    delivery: Delivery = "rename",
    signature: Signature = "enveloped",
) -> Gateway:
    profile = gateway.profiles["vietinbank"]
    outbox = replace(profile.outbox, encryption=encryption, delivery=delivery, signature=signature)
    gateway.profiles["vietinbank"] = replace(profile, outbox=outbox)
    return agree(gateway)


@pytest.fixture
def approved(approved_home: Path, tmp_path: Path) -> Iterator[Gateway]:
    gateway = declare(copy_of(approved_home, tmp_path))
    yield gateway
    gateway.close()


def state(gateway: Gateway) -> str:
    (delivery,) = gateway.send().deliveries
    return delivery.state


def message(gateway: Gateway) -> bytes:
    """What was sealed last, before it was encrypted."""
    with gateway.store.read() as tx:
        return b"".join(blobs.parts(tx, gateway.files()[-1].sha256 or ""))


def opened(content: bytes, reader: PgpKey = THEM) -> bytes:
    """By the partner, who believes our certificate only."""
    now = forms.far(0)
    with pgp.verify_pgp(io.BytesIO(content), [US.certificate], reader, TemporarySpool(), now, 1 << 20) as proven:
        return proven.open().read()


# -- what is sealed and sent


@pytest.mark.parametrize("delivery", FORMS)
def test_m5_m7_a_file_goes_out_signed_and_encrypted_and_is_what_was_sealed(
    approved: Gateway, delivery: Delivery
) -> None:
    declare(approved, delivery=delivery)
    assert state(approved) == "sent"
    found = approved.outbox()
    assert set(found) == {NAME} | ({f"{NAME}.done"} if delivery == "marker" else set())
    (file,) = approved.files()
    with approved.store.read() as tx:
        (wire,) = files.wire_objects(tx, file.id)
        assert b"".join(blobs.parts(tx, wire.sha256)) == found[NAME]
    assert (wire.name, wire.encrypted_to) == (NAME, THEM.key_id)
    assert opened(found[NAME]) == message(approved)
    assert b"<Document" not in found[NAME]


def test_the_message_inside_keeps_its_own_signature(approved: Gateway) -> None:
    approved.send()
    verifier = PartnerVerifier([payments_key().certificate_pem], [], TemporarySpool(), approved.clock)
    with closing(verifier.verify(io.BytesIO(opened(approved.outbox()[NAME])), "enveloped", 1 << 20)) as proven:
        assert proven.proof == "enveloped"


def test_m5_m13_a_second_attempt_sends_the_bytes_that_were_sealed(approved: Gateway) -> None:
    approved.wrap = lambda transport: Faulty(transport, "open_exclusive", before=True)  # type: ignore[assignment, return-value]
    assert state(approved) == "uploading"
    before = approved.rows("SELECT sha256, encrypted_to FROM wire_object")
    approved.wrap = lambda transport: transport
    assert state(approved) == "sent"
    assert approved.rows("SELECT sha256, encrypted_to FROM wire_object") == before
    with approved.store.read() as tx:
        assert b"".join(blobs.parts(tx, before[0].sha256)) == approved.outbox()[NAME]


def test_m9_after_a_release_without_an_answer_the_encrypted_bytes_are_recognised(approved: Gateway) -> None:
    approved.wrap = lambda transport: Faulty(transport, "rename", before=False)  # type: ignore[assignment, return-value]
    assert state(approved) == "unknown"
    approved.wrap = lambda transport: transport
    assert state(approved) == "sent"
    assert list(approved.outbox()) == [NAME]


def test_a_signature_beside_covers_what_travels(approved: Gateway) -> None:
    declare(approved, signature="cms")
    assert state(approved) == "sent"
    found = approved.outbox()
    assert set(found) == {NAME, f"{NAME}.p7s"}
    verifier = PartnerVerifier([payments_key().certificate_pem], [], TemporarySpool(), approved.clock)
    verifier.verify_beside(io.BytesIO(found[NAME]), "cms", found[f"{NAME}.p7s"], NAME, 1 << 20).close()


class Faulty:
    """A server that fails one operation: before it is done, or when it was."""

    def __init__(self, inner: Transport, operation: str, *, before: bool) -> None:
        self._inner, self._operation, self._before = inner, operation, before

    def __getattr__(self, name: str) -> object:
        if name != self._operation:
            return getattr(self._inner, name)
        if self._before:
            return self._refuse
        return self._lose

    def _refuse(self, *_: object) -> object:
        raise RemoteRefused("permission_denied")

    def _lose(self, *given: object) -> object:
        getattr(self._inner, self._operation)(*given)
        raise RemoteUnknown("timeout")


# -- what is not sent


def test_a_file_sealed_before_encryption_was_declared_never_travels(sealed_home: Path, tmp_path: Path) -> None:
    gateway = declare(copy_of(sealed_home, tmp_path))
    assert state(gateway) == "void"
    assert gateway.outbox() == {}
    assert state(gateway) == "sent"
    assert list(gateway.outbox()) == ["CHITRA_20261102_000002.xml.pgp"]
    gateway.close()


@contextmanager
def _waiting(gateway: Gateway) -> Iterator[None]:
    """Sealed, and not sent yet."""
    gateway.wrap = lambda transport: Faulty(transport, "open_exclusive", before=True)  # type: ignore[assignment, return-value]
    assert state(gateway) == "uploading"
    gateway.wrap = lambda transport: transport
    yield
    gateway.__dict__.pop("context", None)


@pytest.mark.parametrize("pinned", [NEXT.certificate, forms.revoked(THEM)], ids=["unpinned", "revoked"])
def test_what_is_encrypted_to_a_certificate_that_is_believed_no_more_never_travels(
    approved: Gateway, pinned: PgpCertificate
) -> None:
    with _waiting(approved):
        agree(approved, pinned)
    assert state(approved) == "void"
    assert approved.outbox() == {}
    assert set(approved.states().values()) == {"approved"}


def test_during_a_change_of_certificates_what_was_sealed_to_the_old_one_still_travels(approved: Gateway) -> None:
    with _waiting(approved):
        agree(approved, NEXT.certificate, THEM.certificate)
    assert state(approved) == "sent"


def test_new_files_are_encrypted_to_the_first_certificate(approved: Gateway) -> None:
    agree(approved, NEXT.certificate, THEM.certificate)
    assert state(approved) == "sent"
    assert opened(approved.outbox()[NAME], NEXT) == message(approved)


@pytest.mark.parametrize(
    ("pins", "code"),
    [
        (PgpPins((forms.revoked(THEM),), US), "reader_not_valid"),
        (PgpPins((THEM.certificate,), replace(US, certificate=forms.revoked(US))), "own_certificate_not_valid"),
    ],
    ids=["theirs", "ours"],
)
def test_to_or_by_a_revoked_certificate_nothing_is_sealed(approved: Gateway, pins: PgpPins, code: str) -> None:
    approved.pgp_pins = lambda: pins
    assert code in str(approved.send())
    assert approved.value("SELECT count(*) FROM wire_object") == 0
    assert approved.outbox() == {}


def test_files_go_to_the_first_certificate_that_is_valid(approved: Gateway) -> None:
    agree(approved, forms.revoked(THEM), NEXT.certificate)
    assert approved.send().errors == []
    assert opened(approved.outbox()[NAME], NEXT) == message(approved)


def test_without_keys_nothing_is_sealed(approved_home: Path, tmp_path: Path) -> None:
    gateway = declare(copy_of(approved_home, tmp_path))
    gateway.pgp_pins = no_pgp
    assert "openpgp_not_declared" in str(gateway.send())
    assert gateway.value("SELECT count(*) FROM wire_object") == 0
    gateway.close()


# -- afterwards


def test_m7_db_check_opens_what_travelled_and_compares(approved: Gateway) -> None:
    approved.send()
    assert _differences(approved) == []
    other = b"another message"
    with approved.store.begin() as tx:
        content = io.BytesIO(forms.seal(other, US, THEM.certificate))
        sha256 = blobs.put(tx, content)
    redefine(approved, "DROP TRIGGER wire_object_fixed_update")
    redefine(approved, f"UPDATE wire_object SET sha256 = '{sha256}', size_bytes = {len(content.getvalue())}")
    assert [each.code for each in _differences(approved)] == ["bytes_differ"]
    redefine(approved, "UPDATE wire_object SET encrypted_to = NULL")
    assert [each.code for each in _differences(approved)] == ["rows_differ"]


def _differences(gateway: Gateway) -> list[Discrepancy]:
    with gateway.store.read() as tx:
        return [*rows.discrepancies(tx), *sealed.encrypted(gateway.context, tx)]


def test_m15_an_encrypted_file_that_was_forgotten_is_noticed_and_taken_over(tmp_path: Path) -> None:
    (tmp_path / "past").mkdir()
    past = declare(new_gateway(tmp_path / "past"))
    past.approved(row(1), row(2))
    lost = copy_of(past.snapshot(), tmp_path / "lost")
    declare(lost)
    lost.send()
    (name,), content = lost.outbox(), lost.outbox()
    (past.place() / "in" / name).write_bytes(content[name])
    past.send()
    assert past.value("SELECT safe_code FROM instance") == "unknown_file_of_ours"
    assert len(survey(past.context).adopted) == 1
    assert set(past.states().values()) == {"sent"}
    assert message(past) == opened(content[name])
    with past.store.read() as tx:
        assert list(sealed.encrypted(past.context, tx)) == []


def test_the_proof_of_a_payment_shows_the_message_inside_and_says_what_else_was_signed(
    approved: Gateway, tmp_path: Path
) -> None:
    declare(approved, signature="cms")
    assert state(approved) == "sent"
    bundle = proven(approved)
    travelled = body_of(bundle)["file"]["travelled"]
    (sealed_bytes, signature) = approved.outbox().values()
    assert (travelled["encrypted_to"], travelled["sha256"]) == (THEM.key_id, sha256(sealed_bytes).hexdigest())
    assert b64decode(travelled["beside"]["signature"]["cms"]) == signature
    assert "gpg --decrypt" in travelled["not_shown"]
    assert proving.check(bundle).found.files[0].not_shown == "sealed"
    assert recipe(tmp_path, bundle).returncode == 0
    body = body_of(bundle)
    body["file"]["travelled"].update(encrypted_to=None, not_shown="")
    with pytest.raises(BadProof, match="bundle_signature"):
        check_body(body)
