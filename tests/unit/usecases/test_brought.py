"""Files that a person brings: every proof that an inbox can declare counts as over SFTP, and none less (T1, T9)."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable

import pytest
from support.cms_forms import cms
from support.evidence import BANK, debit, unsigned
from support.gateways import Gateway, bank_key
from support.inboxes import differences, folder, lay, pin, round_, ruled, told
from support.signatures import Partner, partner

from gateway.domain.errors import Refusal
from gateway.usecases.integrity.received import processed
from gateway.usecases.received import Received
from gateway.usecases.reprocess import reprocess
from gateway.usecases.statement_import import import_statement
from keys.detached import sign_detached
from keys.signing import SigningKey

FILE = "brought.xml"
STRANGER = partner("STRANGER")
FORMS = {"cms": ".p7s", "detached": ".sig"}


def _cms(signer: Partner, content: bytes) -> bytes:
    return cms(signer, content)


def _detached(signer: Partner, content: bytes) -> bytes:
    valid = (signer.certificate.not_valid_before_utc, signer.certificate.not_valid_after_utc)
    key = SigningKey("bank", "", signer.pem, *valid, signer.private)
    return sign_detached(hashlib.sha256(content).digest(), FILE, key)


SIGN: dict[str, Callable[[Partner, bytes], bytes]] = {"cms": _cms, "detached": _detached}


@pytest.fixture(params=FORMS)
def form(sent: Gateway, request: pytest.FixtureRequest) -> str:
    ruled(sent, proof=request.param)
    return str(request.param)


def _statement(gateway: Gateway) -> bytes:
    return unsigned(BANK.statement(debit(gateway)))


def _brought(gateway: Gateway, content: bytes, beside: dict[str, bytes]) -> Received:
    return import_statement(gateway.context, io.BytesIO(content), FILE, "vietinbank", beside.get)


def _signed(gateway: Gateway, form: str, signer: Partner | None = None) -> Received:
    """With the signature of the bank, or of ``signer``, beside it."""
    content = _statement(gateway)
    return _brought(gateway, content, {FILE + FORMS[form]: SIGN[form](signer or bank_key(), content)})


def _differences(gateway: Gateway) -> list[str]:
    return [each.code for number in processed(gateway.context) for each in differences(gateway, number)]


def test_t9_a_file_brought_with_its_signature_counts_and_both_are_kept(sent: Gateway, form: str) -> None:
    assert _signed(sent, form).state == "processed"
    assert sent.states()["TC-0001"] == "settled"
    (row,) = sent.rows("SELECT proof, key_id, signature_sha256, folder FROM file_in")
    assert (row.proof, bool(row.key_id), bool(row.signature_sha256), row.folder) == (form, True, True, "")
    assert _differences(sent) == []


def test_t9_a_file_brought_without_its_signature_is_refused_by_the_name_that_is_missing(
    sent: Gateway, form: str
) -> None:
    """A signature inside the file, and one of the other form, are not what was declared."""
    signed_inside = BANK.statement(debit(sent))
    other = next(each for each in FORMS if each != form)
    with pytest.raises(Refusal, match="brought_without_signature") as refusal:
        _brought(sent, signed_inside, {FILE + FORMS[other]: SIGN[other](bank_key(), signed_inside)})
    assert refusal.value.params == {"file": FILE, "signature": FILE + FORMS[form]}
    assert sent.value("SELECT count(*) FROM file_in") == 0


@pytest.mark.parametrize(
    ("signer", "code"), [(STRANGER, "certificate_not_pinned"), (None, None)], ids=["stranger", "another file's"]
)
def test_t9_a_wrong_signature_beside_it_sets_a_brought_file_aside(
    sent: Gateway, form: str, signer: Partner | None, code: str | None
) -> None:
    signature = SIGN[form](signer or bank_key(), _statement(sent) if signer else b"<other/>")
    done = _brought(sent, _statement(sent), {FILE + FORMS[form]: signature})
    assert done.state == "quarantined"
    assert done.error is not None
    assert done.error.exit_code == 5
    assert code in (None, done.error.code)
    assert sent.states()["TC-0001"] == "sent"


def test_t5_a_detached_xml_signature_made_for_another_name_proves_nothing_brought(sent: Gateway) -> None:
    ruled(sent, proof="detached")
    content = _statement(sent)
    signature = _detached(bank_key(), content)
    done = import_statement(sent.context, io.BytesIO(content), "other.xml", "vietinbank", lambda name: signature)
    assert (done.state, done.error and done.error.code) == ("quarantined", "reference_of_another_file")


def test_t6_a_signature_that_is_too_large_is_refused(sent: Gateway, form: str) -> None:
    with pytest.raises(Refusal, match="too_large"):
        _brought(sent, _statement(sent), {FILE + FORMS[form]: bytes((64 << 10) + 1)})
    assert sent.value("SELECT count(*) FROM file_in") == 0


def test_s2_a_brought_file_that_came_over_sftp_before_changes_nothing(sent: Gateway) -> None:
    ruled(sent, proof="cms")
    content = _statement(sent)
    lay(folder(sent) / "STM_1.xml", content)
    lay(folder(sent) / "STM_1.xml.p7s", cms(bank_key(), content))
    assert told(round_(sent)[0]) == ["processed"]
    assert _signed(sent, "cms").state == "duplicate"
    assert sent.value("SELECT count(*) FROM entry") == 1


def test_the_right_signature_brought_later_proves_a_file_that_was_set_aside_over_sftp(sent: Gateway) -> None:
    ruled(sent, proof="cms")
    content = _statement(sent)
    lay(folder(sent) / "STM_1.xml", content)
    lay(folder(sent) / "STM_1.xml.p7s", cms(STRANGER, content))
    assert told(round_(sent)[0]) == ["quarantined"]
    assert _signed(sent, "cms").state == "processed"
    assert sent.states()["TC-0001"] == "settled"
    assert sent.value("SELECT count(*) FROM exception WHERE state = 'open'") == 0
    assert _differences(sent) == []


def test_reprocess_judges_a_brought_file_by_the_signature_that_came_with_it(sent: Gateway, form: str) -> None:
    file = _signed(sent, form, STRANGER).file
    (again,) = reprocess(sent.context, [file], "checker")
    assert (again.state, again.error and again.error.code) == ("quarantined", "certificate_not_pinned")
    pin(sent, STRANGER.pem)
    (again,) = reprocess(sent.context, [file], "checker")
    assert again.state == "processed"
    assert sent.states()["TC-0001"] == "settled"
