"""An inbox whose files are OpenPGP messages: opened and proven before anything is read, kept as they came (T1, T9)."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import cast

import pytest

pytest.importorskip("pysequoia", reason="the extra openpgp is not installed")
from support import pgp as forms
from support.evidence import BANK, debit, unsigned
from support.gateways import Gateway
from support.inboxes import archive, folder, lay, names, round_, ruled, told
from support.pgp import far, key
from support.proofs import body_of, proven, recipe

from gateway import proving
from gateway.app import App
from gateway.domain.errors import BadProof, NotConfigured
from gateway.proof import PgpPins
from gateway.store.discrepancy import Discrepancy
from gateway.usecases.integrity import received
from gateway.usecases.reprocess import reprocess
from gateway.usecases.statement_import import import_statement

FILE = "STM_1.xml.pgp"
US, THEM, STRANGER = key("us"), key("bank"), key("stranger")


def pins(*trusted: forms.PgpKey) -> PgpPins:
    return PgpPins(tuple(each.certificate for each in trusted), US)


@pytest.fixture
def agreed(sent: Gateway) -> Gateway:
    sent.pgp_pins = lambda: pins(THEM)
    ruled(sent, proof="openpgp", pattern="STM_*.xml.pgp")
    return sent


def _statement(gateway: Gateway) -> bytes:
    return BANK.statement(debit(gateway))


def _lay(gateway: Gateway, message: bytes) -> None:
    lay(folder(gateway) / FILE, message)


def test_t1_t9_a_file_signed_and_encrypted_to_us_is_believed_and_kept_as_it_came(agreed: Gateway) -> None:
    message = forms.sealed(_statement(agreed), THEM, US)
    _lay(agreed, message)
    assert told(round_(agreed)[0]) == ["processed"]
    assert agreed.states()["TC-0001"] == "settled"
    (row,) = agreed.rows("SELECT proof, key_id, sha256, message FROM file_in")
    assert (row.proof, row.key_id) == ("openpgp", THEM.key_id)
    assert row.sha256 == hashlib.sha256(message).hexdigest()
    assert "Document/BkToCstmrStmt/Stmt/Ntry" in [row.path for row in agreed.rows("SELECT path FROM finding")]
    assert (names(archive(agreed)), names(folder(agreed))) == ([FILE], [])


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (lambda text: text, "not_openpgp"),
        (lambda text: forms.unsigned(text, US), "signature_missing"),
        (lambda text: forms.sealed(text, STRANGER, US), "certificate_not_pinned"),
        (lambda text: forms.sealed(text, US, US), "own_message_reflected"),
        (lambda text: forms.sealed(text, THEM, STRANGER), "encrypted_to_another"),
        (lambda text: forms.twice(text, THEM, STRANGER), "signature_not_unique"),
    ],
    ids=["plain", "unsigned", "stranger", "reflected", "to another", "two"],
)
def test_t9_the_signature_inside_a_message_is_not_the_proof_that_was_declared(
    agreed: Gateway, made: object, code: str
) -> None:
    """The statement bears a good enveloped signature of the bank in each of them."""
    _lay(agreed, made(_statement(agreed)))  # type: ignore[operator]
    (found,) = round_(agreed)[0]
    assert (found.state, found.error.code) == ("quarantined", code)  # type: ignore[union-attr]
    assert agreed.states()["TC-0001"] == "sent"


def test_s2_the_same_statement_encrypted_anew_changes_nothing(agreed: Gateway) -> None:
    statement = _statement(agreed)
    for _ in range(2):
        _lay(agreed, forms.sealed(statement, THEM, US))
        assert told(round_(agreed)[0]) == ["processed"]
    assert agreed.value("SELECT count(*) FROM allocation") == 1
    assert agreed.value("SELECT count(*) FROM exception WHERE state = 'open'") == 0


def test_what_was_set_aside_is_decrypted_from_the_stored_bytes_once_the_certificate_is_pinned(agreed: Gateway) -> None:
    agreed.pgp_pins = lambda: pins(STRANGER)
    agreed.__dict__.pop("context", None)
    _lay(agreed, forms.sealed(_statement(agreed), THEM, US))
    assert told(round_(agreed)[0]) == ["quarantined"]
    (folder(agreed) / FILE).unlink()
    agreed.pgp_pins = lambda: pins(STRANGER, THEM)
    agreed.__dict__.pop("context", None)
    (done,) = reprocess(agreed.context, [agreed.value("SELECT reference FROM file_in")], "lan")
    assert done.state == "processed"
    assert agreed.states()["TC-0001"] == "settled"


def test_t5_a_message_of_another_kind_is_refused_though_it_is_well_signed(agreed: Gateway) -> None:
    _lay(agreed, forms.sealed(BANK.status(agreed.files()[0].message_id, id_="P1"), THEM, US))
    (found,) = round_(agreed)[0]
    assert (found.state, found.error.code) == ("quarantined", "unexpected_message")  # type: ignore[union-attr]


def test_a_proof_is_made_again_by_db_check(agreed: Gateway) -> None:
    _lay(agreed, forms.sealed(_statement(agreed), THEM, US))
    round_(agreed)
    assert _differences(agreed) == []
    agreed.pgp_pins = lambda: pins(STRANGER)
    agreed.__dict__.pop("context", None)
    (found,) = _differences(agreed)
    assert (found.code, found.got) == ("proof_not_repeatable", "certificate_not_pinned")


def _differences(gateway: Gateway) -> list[Discrepancy]:
    with gateway.store.read() as tx:
        return list(received.differences(gateway.context, tx, gateway.value("SELECT id FROM file_in")))


def test_the_proof_of_a_payment_shows_what_stands_in_the_message(agreed: Gateway) -> None:
    _lay(agreed, forms.sealed(_statement(agreed), THEM, US))
    round_(agreed)
    bundle = proving.prove(cast(App, agreed), agreed.end_to_end_id())
    assert proving.check(bundle).payment["state"] == "settled"
    (booking,) = json.loads(bundle)["body"]["bookings"]
    assert agreed.end_to_end_id() in booking["part"]
    assert booking["file"]["proof"] == "openpgp"
    assert booking["signature"] is not None, "the bank signed inside as well"


def test_the_proof_of_a_payment_says_that_an_openpgp_signature_is_not_shown_and_how_to_check_it(
    agreed: Gateway, tmp_path: Path
) -> None:
    message = forms.sealed(unsigned(BANK.statement(debit(agreed), debit(agreed, "TC-0002"))), THEM, US)
    _lay(agreed, message)
    round_(agreed)
    bundle = proven(agreed)
    (booking,) = body_of(bundle)["bookings"]
    assert (booking["signature"], booking["file"]["key_id"]) == (None, THEM.key_id)
    assert booking["file"]["sha256"] == hashlib.sha256(message).hexdigest()
    said = booking["file"]["not_shown"]
    assert "gpg --decrypt" in said
    assert said in recipe(tmp_path, bundle).stdout
    signed = proving.check(bundle).found.files[-1]
    assert (signed.not_shown, signed.key_id, signed.fingerprint) == ("openpgp", THEM.key_id, "")
    assert agreed.end_to_end_id("TC-0002") not in bundle.decode()


def test_t9_an_openpgp_message_that_a_person_brought_counts_as_over_sftp(agreed: Gateway) -> None:
    """Whichever of the partner's inboxes it is for."""
    ruled(agreed, message="pain.002", proof="openpgp")
    message = forms.sealed(_statement(agreed), THEM, US)
    done = import_statement(agreed.context, io.BytesIO(message), "brought.pgp", "vietinbank")
    assert (done.state, done.error) == ("processed", None)
    assert agreed.states()["TC-0001"] == "settled"
    (row,) = agreed.rows("SELECT proof, key_id, sha256, message, folder FROM file_in")
    assert (row.proof, row.key_id, row.folder) == ("openpgp", THEM.key_id, "")
    assert row.sha256 == hashlib.sha256(message).hexdigest()
    assert _differences(agreed) == []
    bundle = proving.prove(cast(App, agreed), agreed.end_to_end_id())
    assert proving.check(bundle).payment["state"] == "settled"
    _lay(agreed, message)
    assert told(round_(agreed)[0]) == ["duplicate"]


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (lambda text: text, "not_openpgp"),
        (lambda text: b"%PDF-1.7", "not_openpgp"),
        (lambda text: forms.sealed(text, STRANGER, US), "certificate_not_pinned"),
        (lambda text: forms.sealed(b"<html/>", THEM, US), "no_document"),
    ],
    ids=["plain", "no message", "stranger", "nothing in it"],
)
def test_t9_what_a_person_brought_is_believed_by_nothing_less_than_the_inbox_declares(
    agreed: Gateway, made: object, code: str
) -> None:
    """The statement bears a good enveloped signature of the bank in each of them."""
    source = io.BytesIO(made(_statement(agreed)))  # type: ignore[operator]
    done = import_statement(agreed.context, source, "brought.pgp", "vietinbank")
    assert (done.state, done.error and done.error.code) == ("quarantined", code)
    assert agreed.states()["TC-0001"] == "sent"


def test_t9_an_openpgp_message_with_a_statement_of_an_inbox_of_another_form_is_not_believed(agreed: Gateway) -> None:
    ruled(agreed, message="camt.054", proof="openpgp")
    ruled(agreed, proof="enveloped")
    source = io.BytesIO(forms.sealed(_statement(agreed), THEM, US))
    done = import_statement(agreed.context, source, "brought.pgp", "vietinbank")
    assert done.state == "quarantined"
    assert agreed.states()["TC-0001"] == "sent"


def test_an_openpgp_message_brought_before_its_certificate_was_pinned_is_examined_again(agreed: Gateway) -> None:
    agreed.pgp_pins = lambda: pins(STRANGER)
    agreed.__dict__.pop("context", None)
    source = io.BytesIO(forms.sealed(_statement(agreed), THEM, US))
    done = import_statement(agreed.context, source, "brought.pgp", "vietinbank")
    agreed.pgp_pins = lambda: pins(STRANGER, THEM)
    agreed.__dict__.pop("context", None)
    (again,) = reprocess(agreed.context, [done.file], "lan")
    assert (done.state, again.state) == ("quarantined", "processed")


def test_without_keys_nothing_is_examined(sent: Gateway) -> None:
    ruled(sent, proof="openpgp", pattern="STM_*.xml.pgp")
    _lay(sent, forms.sealed(_statement(sent), THEM, US))
    (found,) = round_(sent)[0]
    assert isinstance(found.error, NotConfigured)
    assert found.error.code == "openpgp_not_declared"
    assert sent.value("SELECT state FROM file_in") == "received"


def test_a_certificate_that_is_over_is_refused_by_the_clock_of_the_gateway(agreed: Gateway) -> None:
    ending = key("ending", 86_400)
    agreed.pgp_pins = lambda: pins(ending)
    verifier = agreed.context.partner("vietinbank").verifier()
    message = forms.sealed(b"<a/>", ending, US)
    verifier.verify(io.BytesIO(message), "openpgp", 10_000).close()
    agreed.clock.now = lambda: far(2)  # type: ignore[method-assign]
    with pytest.raises(BadProof, match="certificate_expired"):
        verifier.verify(io.BytesIO(message), "openpgp", 10_000)
