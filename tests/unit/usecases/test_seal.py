"""Allocate and seal: ids fixed once, bytes made once, compared with the approved rows before anything is kept."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from lxml import etree
from support.gateways import Gateway, copy_of, payments_key, row
from support.signatures import certificate_in
from support.stores import Crashed, Points

from formats.iso20022 import pain001
from formats.iso20022.pain001 import write as writing
from gateway.domain.errors import Alarm, ApprovalVoid, ChitraError, IllegalMove, NotConfigured
from gateway.store import blobs, files, moves
from gateway.usecases.allocate import allocate, waiting
from gateway.usecases.seal import seal
from keys import certificates, xmldsig


@pytest.fixture
def allocated(approved_home: Path, tmp_path: Path) -> Iterator[Gateway]:
    """One payment in a file that is not sealed."""
    gateway = copy_of(approved_home, tmp_path)
    (batch,) = waiting(gateway.context)
    allocate(gateway.context, batch)
    yield gateway
    gateway.close()


def _file(gateway: Gateway) -> Any:
    (file,) = gateway.files()
    return file


def _seal(gateway: Gateway) -> None:
    seal(gateway.context, _file(gateway).message_id)


def _bytes(gateway: Gateway) -> bytes:
    with gateway.store.read() as tx:
        return b"".join(blobs.parts(tx, _file(gateway).sha256))


def _refused(gateway: Gateway, kind: type[ChitraError] = Alarm) -> str:
    """Sealing fails and leaves nothing; the code it gave."""
    with pytest.raises(kind) as refused:
        _seal(gateway)
    file = _file(gateway)
    assert (file.state, file.sha256) == ("allocated", None)
    assert gateway.value("SELECT count(*) FROM wire_object") == 0
    return refused.value.code


def _without_guard(gateway: Gateway, *statements: str) -> None:
    """An attacker with the database's password."""
    with gateway.store.begin() as tx:
        for name in ("payment_content_fixed", "payment_envelope_fixed", "file_out_identity_fixed"):
            tx.run(f"DROP TRIGGER {name}")
        for statement in statements:
            tx.run(statement)


# --- what is sealed ------------------------------------------------------------------------------------------------


def test_m6_m7_the_sealed_bytes_say_exactly_what_was_approved(allocated: Gateway) -> None:
    _seal(allocated)
    file, content = _file(allocated), _bytes(allocated)
    header, block, transfer = pain001.read(io.BytesIO(content))
    assert isinstance(header, pain001.Header)
    assert isinstance(block, pain001.Block)
    assert isinstance(transfer, pain001.Transfer)
    assert (header.message_id, header.count, header.control_sum) == (file.message_id, 1, 500_001)
    assert block.debtor_account.number == "110000000001"
    assert (transfer.amount, transfer.creditor.name, transfer.creditor_account.number) == (
        500_001,
        "NGUYEN VAN AN",
        "1000000001",
    )
    assert transfer.end_to_end_id == allocated.end_to_end_id()


def test_m7_the_signature_covers_the_stored_bytes(allocated: Gateway) -> None:
    _seal(allocated)
    content = _bytes(allocated).removeprefix(pain001.DECLARATION)
    start, end = content.index(b"<Signature"), content.index(b"</Signature>") + len(b"</Signature>")
    xmldsig.check_spliced(io.BytesIO(content), start, end - start, payments_key().certificate_pem)


def test_a4_the_key_of_the_signature_is_recorded(allocated: Gateway) -> None:
    _seal(allocated)
    assert _file(allocated).key_id == payments_key().key_id
    assert payments_key().key_id in allocated.value("SELECT details FROM audit WHERE verb = 'file seal'")


def test_a4_the_stored_bytes_of_a_file_hold_the_certificate_that_signed_them(allocated: Gateway) -> None:
    _seal(allocated)
    certificate = certificate_in(_bytes(allocated))
    assert certificates.key_id_of(certificate) == _file(allocated).key_id
    assert certificate.not_valid_before_utc <= datetime.fromisoformat(_file(allocated).created_at)
    assert certificate.not_valid_after_utc > datetime.fromisoformat(_file(allocated).created_at)


def test_a_payee_who_is_not_the_beneficiary_names_both(gateway: Gateway) -> None:
    batch = gateway.approved(row(1, payee_name="Trần Thị Bé", payee_basis="con gái"))
    (file,) = allocate(gateway.context, batch)
    seal(gateway.context, file)
    *_, transfer = pain001.read(io.BytesIO(_bytes(gateway)))
    assert isinstance(transfer, pain001.Transfer)
    assert (transfer.creditor.name, transfer.ultimate_creditor.name) == ("TRAN THI BE", "NGUYEN VAN AN")


def test_a_wallet_is_paid_by_its_number_under_its_scheme(gateway: Gateway) -> None:
    batch = gateway.approved(row(1, bank="momo", account="0912345678"))
    (file,) = allocate(gateway.context, batch)
    seal(gateway.context, file)
    *_, transfer = pain001.read(io.BytesIO(_bytes(gateway)))
    assert isinstance(transfer, pain001.Transfer)
    assert transfer.creditor_account == pain001.Account("0912345678", "PHONE")


# --- once ----------------------------------------------------------------------------------------------------------


def test_m5_a_file_is_sealed_once(allocated: Gateway) -> None:
    _seal(allocated)
    first = (_file(allocated).sha256, _bytes(allocated))
    allocated.clock.pass_(days=3)
    with suppress(IllegalMove):
        _seal(allocated)
    assert (_file(allocated).sha256, _bytes(allocated)) == first
    assert allocated.value("SELECT count(*) FROM wire_object") == 1


def test_m5_another_sealer_that_was_first_wins(allocated: Gateway) -> None:
    other = Gateway(allocated.folder, allocated.url)
    inner = allocated.context.store.begin

    def after_the_other() -> Any:
        allocated.store.begin = inner  # type: ignore[method-assign]
        _seal(other)
        return inner()

    allocated.store.begin = after_the_other  # type: ignore[method-assign]
    _seal(allocated)
    assert allocated.value("SELECT count(*) FROM wire_object") == 1
    assert allocated.value("SELECT count(*) FROM audit WHERE verb = 'file seal'") == 1
    other.close()


def test_m5_a_retry_after_dying_renders_the_same_message(allocated: Gateway) -> None:
    """Died before the commit: nothing is kept, and id, time and rows are the stored ones."""

    def die(_number: int, name: str) -> None:
        raise Crashed(name)

    allocated.store.points = Points(before=die)
    with pytest.raises(Crashed):
        _seal(allocated)
    allocated.store.points = None
    assert allocated.value("SELECT count(*) FROM blob") == 1
    allocated.clock.pass_(hours=5)
    _seal(allocated)
    created = etree.fromstring(_bytes(allocated)).findtext(".//{*}CreDtTm")
    assert datetime.fromisoformat(str(created)) == datetime.fromisoformat(_file(allocated).created_at)


def test_m5_rendering_twice_gives_the_same_bytes(allocated: Gateway, tmp_path: Path) -> None:
    twin = copy_of(allocated.snapshot(), tmp_path / "twin")
    twin.clock.pass_(days=1)
    _seal(allocated)
    _seal(twin)
    assert _bytes(twin) == _bytes(allocated)
    twin.close()


# --- read back -----------------------------------------------------------------------------------------------------


def _changed(pattern: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        changed = re.sub(pattern, new, content, count=1)
        assert changed != content
        return changed

    return change


DAMAGE = {
    "amount": _changed(rb">500001</InstdAmt>", b">500002</InstdAmt>"),
    "both sums and the amount": lambda content: content.replace(b">500001<", b">500002<"),
    "account": _changed(rb"<Id>1000000001</Id>", b"<Id>1000000002</Id>"),
    "name": _changed(rb"NGUYEN VAN AN", b"NGUYEN VAN ANH"),
    "bank": _changed(rb"(<CdtrAgt>.*?)970415", rb"\g<1>970436"),
    "debtor account": _changed(rb"110000000001", b"110000000002"),
    "end-to-end id": _changed(rb"<EndToEndId>E", b"<EndToEndId>F"),
    "message id": _changed(rb"<MsgId>M", b"<MsgId>N"),
    "remittance": _changed(rb"CHI TRA", b"CHI  TRA"),
    "execution date": _changed(rb"<ReqdExctnDt><Dt>2026-11-02", b"<ReqdExctnDt><Dt>2026-11-03"),
    "a second transfer": lambda content: re.sub(rb"(<CdtTrfTxInf>.*</CdtTrfTxInf>)", rb"\1\1", content),
    "the transfer lost": _changed(rb"<CdtTrfTxInf>.*</CdtTrfTxInf>", b""),
    "cut off": lambda content: content[:-20],
    "signature value": _changed(rb"<SignatureValue>....", b"<SignatureValue>AAAA"),
    "digest value": _changed(rb"<DigestValue>....", b"<DigestValue>AAAA"),
    "white space": _changed(rb"<CdtTrfTxInf>", b" <CdtTrfTxInf>"),
    "comment": _changed(rb"<CdtTrfTxInf>", b"<!-- x --><CdtTrfTxInf>"),
    "trailing byte": lambda content: content + b"\n",
}


@pytest.mark.parametrize("name", DAMAGE)
def test_m7_a_file_that_is_not_what_was_written_is_never_sealed(
    allocated: Gateway, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    render = pain001.render

    def damaging(header: Any, blocks: Any, final: BinaryIO, *args: Any, **options: Any) -> pain001.Rendered:
        good = io.BytesIO()
        result = render(header, blocks, good, *args, **options)
        final.write(DAMAGE[name](good.getvalue()))
        return result

    monkeypatch.setattr(pain001, "render", damaging)
    _refused(allocated)


@pytest.mark.parametrize("name", sorted(set(DAMAGE) - {"white space"}))
def test_m7_a_writer_that_says_other_values_than_the_approved_ones_seals_nothing(
    allocated: Gateway, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The damage is in what is hashed, checked and signed alike: only the values that are read back can tell."""
    write = writing._Writing._write

    def damaging(self: Any, kind: str, markup: bytes, in_file: bytes = b"") -> None:
        if kind == "end" or name not in ("cut off", "trailing byte"):
            markup, in_file = _tried(name, markup), in_file and _tried(name, in_file)
        write(self, kind, markup, in_file)

    monkeypatch.setattr(writing._Writing, "_write", damaging)
    _refused(allocated)


def _tried(name: str, part: bytes) -> bytes:
    """The part with its damage, or as it is when there is nothing to damage in it."""
    try:
        return DAMAGE[name](part)
    except AssertionError:
        return part


ROWS_CHANGED = {
    "amount": "UPDATE payment SET amount = amount + 1",
    "bank": "UPDATE payment SET bank = '970436'",
    "month": "UPDATE payment SET benefit_month = '2026-10'",
    "kind": "UPDATE payment SET kind = 'arrears'",
    "commune": "UPDATE payment SET commune_code = '12345'",
    "reference": "UPDATE payment SET payment_ref = 'TC-0009'",
    "person and account": "UPDATE payment SET personal = X'00'",
    "end-to-end id": "UPDATE payment SET end_to_end_id = 'ETEST000100000009'",
    "uetr": "UPDATE payment SET uetr = '00000000-0000-4000-8000-000000000009'",
}


@pytest.mark.parametrize("name", ROWS_CHANGED)
def test_m12_a_row_changed_after_the_approval_is_never_sealed(allocated: Gateway, name: str) -> None:
    _without_guard(allocated, ROWS_CHANGED[name])
    _refused(allocated)


def test_m12_an_envelope_of_another_row_is_never_sealed(gateway: Gateway) -> None:
    batch = gateway.approved(row(1), row(2))
    (file,) = allocate(gateway.context, batch)
    one, two = gateway.rows("SELECT id, personal FROM payment ORDER BY id")
    with gateway.store.begin() as tx:
        tx.run("DROP TRIGGER payment_envelope_fixed")
        tx.run("UPDATE payment SET personal = :p WHERE id = :i", p=two.personal, i=one.id)
    with pytest.raises(Alarm):
        seal(gateway.context, file)


def test_m11_an_approval_whose_signature_is_not_genuine_stops_sealing(allocated: Gateway) -> None:
    with allocated.store.begin() as tx:
        tx.run("DROP TRIGGER approval_fixed_update")
        tx.run("UPDATE approval SET signature = :s WHERE approver = 'checker'", s=bytes(64))
    assert _refused(allocated, ApprovalVoid) == "approval_void"


def test_m11_a_swapped_public_key_stops_sealing(allocated: Gateway) -> None:
    with allocated.store.begin() as tx:
        tx.run("DROP TRIGGER operator_key_fixed")
        tx.run("DROP TRIGGER operator_changed_by_decision")
        tx.run("UPDATE operator SET public_key = (SELECT public_key FROM operator WHERE name = 'maker')")
    assert _refused(allocated, ApprovalVoid) == "approval_void"


def test_a4_an_expired_certificate_signs_nothing(allocated: Gateway) -> None:
    allocated.clock.pass_(days=800)
    assert _refused(allocated, NotConfigured) == "own_certificate_not_valid"


@pytest.mark.parametrize("column", ["amount = amount + 1", "payments = 2", "debtor = '\x07'"])
def test_m6_t7_a_file_that_cannot_be_rendered_is_an_alarm_and_delays_no_other(
    approved_home: Path, tmp_path: Path, column: str
) -> None:
    gateway = copy_of(approved_home, tmp_path)
    (batch,) = waiting(gateway.context)
    allocate(gateway.context, batch)
    with gateway.store.begin() as tx:
        tx.run("DROP TRIGGER file_out_identity_fixed")
        tx.run(f"UPDATE file_out SET {column}")
    gateway.approved(row(2))
    (error,) = gateway.send().errors
    assert error.exit_code == 5
    assert gateway.states() == {"TC-0001": "allocated", "TC-0002": "sent"}
    gateway.close()


# --- allocation ----------------------------------------------------------------------------------------------------


def test_m12_a_batch_changed_after_its_approval_is_not_allocated(approved_home: Path, tmp_path: Path) -> None:
    gateway = copy_of(approved_home, tmp_path)
    with gateway.store.begin() as tx:
        tx.run("DROP TRIGGER payment_content_fixed")
        tx.run("UPDATE payment SET amount = amount + 1")
    (error,) = gateway.send().errors
    assert error.code == "approval_void"
    assert gateway.files() == []
    assert gateway.outbox() == {}
    gateway.close()


def test_m4_a_batch_is_allocated_once(allocated: Gateway) -> None:
    assert waiting(allocated.context) == []
    batch = allocated.value("SELECT id FROM batch")
    assert allocate(allocated.context, batch) == []
    assert len(allocated.files()) == 1


def test_a_held_payment_stays_out_of_the_file(approved_home: Path, tmp_path: Path) -> None:
    gateway = copy_of(approved_home, tmp_path)
    with gateway.store.begin() as tx:
        moves.move(tx, "payment", tx.value("SELECT id FROM payment"), "held", "a person looks")
    assert waiting(gateway.context) == []
    assert gateway.send().deliveries == []
    gateway.close()


@pytest.mark.parametrize(
    ("hour", "day"), [(9, "2026-11-02"), (15, "2026-11-02"), (16, "2026-11-03")], ids=["morning", "before", "after"]
)
def test_a_file_is_executed_today_before_the_cutoff_else_on_the_next_working_day(
    approved_home: Path, tmp_path: Path, hour: int, day: str
) -> None:
    gateway = copy_of(approved_home, tmp_path)
    gateway.clock.value = gateway.clock.value.replace(hour=hour)
    gateway.send()
    assert _file(gateway).execution_date == day
    gateway.close()


def test_a_payer_without_account_at_the_partner_is_said_and_nothing_is_made(
    approved_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = copy_of(approved_home, tmp_path)
    monkeypatch.setattr("support.gateways.ACCOUNTS", {"momo": "110000000002"})
    (error,) = gateway.send().errors
    assert error.code == "payer_account_missing"
    assert gateway.files() == []
    with gateway.store.read() as tx:
        assert files.in_states(tx, ["allocated"]) == []
    gateway.close()
