"""An inbox whose files are proven from beside: each waits for its signature; both are kept, judged and moved (T9)."""

from __future__ import annotations

import hashlib

import pytest
from support.cms_forms import cms
from support.evidence import BANK, debit
from support.gateways import Gateway, bank_key, payments_key
from support.inboxes import archive, differences, folder, lay, names, round_, ruled, sightings, through, told
from support.signatures import Partner, partner

from gateway.proof import PaymentSigner
from gateway.usecases import take
from gateway.usecases.integrity.received import processed
from gateway.usecases.reprocess import reprocess
from keys.detached import sign_detached
from keys.signing import SigningKey

FILE, BESIDE = "STM_1.xml", "STM_1.xml.p7s"


@pytest.fixture
def waiting(sent: Gateway) -> Gateway:
    ruled(sent, proof="cms")
    return sent


def _statement(gateway: Gateway) -> bytes:
    return BANK.statement(debit(gateway))


def _lay(gateway: Gateway, signer: Partner | None = None, *, content: bytes | None = None) -> None:
    content = content or _statement(gateway)
    lay(folder(gateway) / FILE, content)
    lay(folder(gateway) / BESIDE, cms(signer or bank_key(), content))


def test_t9_a_file_is_believed_by_the_signature_beside_it_and_both_are_moved_away(waiting: Gateway) -> None:
    _lay(waiting)
    assert told(round_(waiting)[0]) == ["processed"]
    assert waiting.states()["TC-0001"] == "settled"
    (row,) = waiting.rows("SELECT proof, key_id, signature_sha256 FROM file_in")
    assert (row.proof, bool(row.key_id), bool(row.signature_sha256)) == ("cms", True, True)
    assert names(archive(waiting)) == [FILE, BESIDE]
    assert names(folder(waiting)) == sightings(waiting) == []


def test_t3_the_signature_is_kept_as_it_came(waiting: Gateway) -> None:
    _lay(waiting)
    signature = (folder(waiting) / BESIDE).read_bytes()
    round_(waiting)
    assert waiting.value("SELECT signature_sha256 FROM file_in") == hashlib.sha256(signature).hexdigest()
    assert waiting.value("SELECT count(*) FROM blob WHERE sha256 = (SELECT signature_sha256 FROM file_in)") == 1


@pytest.mark.parametrize("ready", ["rename", "stable", "done"])
def test_t9_a_file_waits_for_its_signature_and_that_is_said_once(waiting: Gateway, ready: str) -> None:
    ruled(waiting, ready=ready)
    counts = through(waiting)
    lay(folder(waiting) / FILE, _statement(waiting))
    if ready == "done":
        lay(folder(waiting) / f"{FILE}.done", b"")
    assert told(round_(waiting)[0]) == []
    waiting.clock.pass_(minutes=61)
    assert [told(round_(waiting)[0]) for _ in range(2)] == [["file_without_signature"], []]
    assert counts["read"] == 0
    _lay(waiting)
    said = [told(round_(waiting)[0]) for _ in range(3)]
    assert [each for each in said if each] == [["processed"]]
    assert names(folder(waiting)) == []


def test_a_signature_without_its_file_is_said_once(waiting: Gateway) -> None:
    lay(folder(waiting) / BESIDE, cms(bank_key(), b"x"))
    assert told(round_(waiting)[0]) == []
    waiting.clock.pass_(minutes=61)
    assert [told(round_(waiting)[0]) for _ in range(2)] == [["signature_without_file"], []]
    _lay(waiting)
    assert told(round_(waiting)[0]) == ["processed"]


def test_a_pattern_that_fits_signatures_too_takes_none_for_a_file(waiting: Gateway) -> None:
    ruled(waiting, pattern="STM_*")
    _lay(waiting)
    assert told(round_(waiting)[0]) == ["processed"]


def test_t9_the_signature_inside_a_file_is_not_the_proof_that_was_declared(waiting: Gateway) -> None:
    """The statement bears a good enveloped signature; a stranger's lies beside it."""
    _lay(waiting, partner("STRANGER"))
    (found,) = round_(waiting)[0]
    assert (found.state, found.error.code) == ("quarantined", "certificate_not_pinned")  # type: ignore[union-attr]
    assert waiting.states()["TC-0001"] == "sent"


def test_a_good_signature_that_comes_after_a_bad_one_is_taken_up(waiting: Gateway) -> None:
    _lay(waiting, partner("STRANGER"))
    assert told(round_(waiting)[0]) == ["quarantined"]
    lay(folder(waiting) / BESIDE, cms(bank_key(), (folder(waiting) / FILE).read_bytes()))
    assert told(round_(waiting)[0]) == ["processed"]
    assert waiting.states()["TC-0001"] == "settled"
    assert names(folder(waiting)) == []


def test_the_same_file_with_a_good_signature_is_taken_up_after_the_first_was_moved_away(waiting: Gateway) -> None:
    _lay(waiting, partner("STRANGER"))
    for _ in range(3):
        round_(waiting)
    assert names(folder(waiting)) == []
    _lay(waiting)
    assert told(round_(waiting)[0]) == ["processed"]
    assert waiting.states()["TC-0001"] == "settled"


def test_s2_the_same_file_again_with_another_signature_changes_nothing(waiting: Gateway) -> None:
    _lay(waiting)
    round_(waiting)
    _lay(waiting)
    lay(folder(waiting) / BESIDE, cms(partner("STRANGER"), b"other"))
    assert told(round_(waiting)[0]) == ["duplicate"]
    assert waiting.value("SELECT count(*) FROM entry") == 1


def test_t5_our_own_signature_reflected_is_refused(waiting: Gateway) -> None:
    content = _statement(waiting)
    digest = hashlib.sha256(content).digest()
    lay(folder(waiting) / FILE, content)
    lay(folder(waiting) / BESIDE, PaymentSigner(payments_key(), waiting.clock).signature_beside("cms", digest, FILE))
    (found,) = round_(waiting)[0]
    assert found.error.code == "own_message_reflected"  # type: ignore[union-attr]


def test_t6_a_signature_that_is_too_large_is_not_read(waiting: Gateway) -> None:
    lay(folder(waiting) / FILE, _statement(waiting))
    lay(folder(waiting) / BESIDE, bytes((64 << 10) + 1))
    (found,) = round_(waiting)[0]
    assert found.error.code == "too_large"  # type: ignore[union-attr]
    assert waiting.value("SELECT count(*) FROM file_in") == 0


def test_a_signature_taken_away_between_the_list_and_the_reading_leaves_the_file(waiting: Gateway) -> None:
    _lay(waiting)

    def taken(operation: str, path: str) -> None:
        if operation == "stat" and path.endswith(BESIDE):
            (folder(waiting) / BESIDE).unlink(missing_ok=True)

    through(waiting, before=taken)
    assert told(round_(waiting)[0]) == []
    assert names(folder(waiting)) == [FILE]
    assert waiting.value("SELECT count(*) FROM file_in") == 0


@pytest.mark.parametrize(("name", "state"), [(FILE, "processed"), ("STM_2.xml", "quarantined")])
def test_t5_a_detached_xml_signature_proves_the_file_that_it_names(sent: Gateway, name: str, state: str) -> None:
    ruled(sent, proof="detached")
    content, bank = _statement(sent), bank_key()
    valid = (bank.certificate.not_valid_before_utc, bank.certificate.not_valid_after_utc)
    key = SigningKey("bank", "", bank.pem, *valid, bank.private)
    lay(folder(sent) / FILE, content)
    lay(folder(sent) / f"{FILE}.sig", sign_detached(hashlib.sha256(content).digest(), name, key))
    assert told(round_(sent)[0]) == [state]
    assert sent.value("SELECT proof FROM file_in") == ("detached" if name == FILE else "")


def test_reprocess_judges_by_the_signature_that_was_kept(waiting: Gateway) -> None:
    _lay(waiting, partner("STRANGER"))
    (found,) = round_(waiting)[0]
    (again,) = reprocess(waiting.context, [found.file], "checker")
    assert (again.state, again.error.code) == ("quarantined", "certificate_not_pinned")  # type: ignore[union-attr]


def test_t9_a_file_that_came_before_the_declaration_has_no_signature_and_is_not_believed(sent: Gateway) -> None:
    lay(folder(sent) / FILE, _statement(sent).replace(b"Signature", b"Signaturf"))
    (found,) = round_(sent)[0]
    ruled(sent, proof="cms")
    (again,) = reprocess(sent.context, [found.file], "checker")
    assert (again.state, again.error.code) == ("quarantined", "signature_missing")  # type: ignore[union-attr]


def test_t4_a_signature_left_behind_by_a_broken_move_is_moved_in_the_next_round(waiting: Gateway) -> None:
    _lay(waiting)
    through(waiting, refuses=lambda operation, path: operation == "rename" and path.endswith(BESIDE))
    round_(waiting)
    assert names(folder(waiting)) == [BESIDE]
    through(waiting)
    for _ in range(2):
        assert "signature_without_file" not in told(round_(waiting)[0])
    assert names(folder(waiting)) == []
    assert names(archive(waiting)) == [FILE, BESIDE]


@pytest.mark.parametrize("again", [False, True], ids=["at once", "beside a later signature"])
def test_t3_db_check_proves_a_processed_file_once_more_by_the_signature_kept(waiting: Gateway, again: bool) -> None:
    if again:
        _lay(waiting, partner("STRANGER"))
        round_(waiting)
    _lay(waiting)
    assert told(round_(waiting)[0]) == ["processed"]
    (number,) = processed(waiting.context)
    assert differences(waiting, number) == []
    if not again:
        with waiting.store.begin() as tx:
            tx.run("UPDATE file_in SET signature_sha256 = sha256 WHERE id = :id", id=number)
        assert [each.code for each in differences(waiting, number)] == ["proof_not_repeatable"]


def test_d2_a_copy_beside_a_good_signature_is_examined_after_a_crash(
    waiting: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    _lay(waiting, partner("STRANGER"))
    round_(waiting)
    lay(folder(waiting) / BESIDE, cms(bank_key(), (folder(waiting) / FILE).read_bytes()))
    with monkeypatch.context() as patch:
        patch.setattr(take, "understand_or_set_aside", _dies)
        with pytest.raises(KeyboardInterrupt):
            round_(waiting)
    assert waiting.states()["TC-0001"] == "sent"
    assert told(round_(waiting)[0]) == ["processed"]
    assert waiting.states()["TC-0001"] == "settled"
    assert names(folder(waiting)) == []


def _dies(*_: object) -> None:
    raise KeyboardInterrupt
