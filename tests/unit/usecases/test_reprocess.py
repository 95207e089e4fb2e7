"""What was set aside is examined again from its stored bytes, by the same rules, as often as one likes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace

import pytest
from support.banks import Booking
from support.evidence import BANK, OTHER, debit
from support.gateways import Gateway, bank_key
from support.inboxes import folder, lay, pin, round_, ruled, told
from support.stores import together

from gateway.domain.errors import NotAllowed, NotFound
from gateway.store import audit
from gateway.usecases import gravity
from gateway.usecases.received import Received
from gateway.usecases.reprocess import reprocess, require_enrolled
from gateway.usecases.statement_import import import_statement


def _again(gateway: Gateway, *references: str) -> list[Received]:
    return reprocess(gateway.context, references, "checker")


def _exceptions(gateway: Gateway) -> list[tuple[str, str]]:
    return [tuple(row) for row in gateway.rows("SELECT kind, state FROM exception ORDER BY id")]


def _set_aside(gateway: Gateway, name: str = "1", *bookings: Booking) -> str:
    """A statement by a key that nobody has pinned yet; its reference."""
    content = OTHER.statement(*(bookings or (debit(gateway),)), id_=f"S{name}")
    received = gateway.receive("camt.053", name, content)
    assert received.state == "quarantined"
    return received.file


def test_a_file_is_processed_after_its_certificate_was_pinned_and_its_exception_is_resolved(sent: Gateway) -> None:
    reference = _set_aside(sent)
    pin(sent, bank_key().pem, bank_key("STRANGER").pem)
    (received,) = _again(sent, reference)
    assert (received.file, received.state, received.matched.moved) == (reference, "processed", {"settled": 1})
    assert sent.states()["TC-0001"] == "settled"
    assert _exceptions(sent) == [("quarantined", "resolved")]
    assert tuple(sent.rows("SELECT state, code, params FROM file_in")[0]) == ("processed", None, "{}")
    history = sent.rows("SELECT source, target FROM history WHERE kind = 'file_in' ORDER BY id")
    assert [tuple(move) for move in history] == [
        ("", "received"),
        ("received", "quarantined"),
        ("quarantined", "processed"),
    ]


def test_a_file_is_processed_after_its_account_was_entered(sent: Gateway) -> None:
    content = BANK.statement(debit(sent), account="110000000077")
    reference = sent.receive("camt.053", "1", content).file
    payer = sent.context.payers["thachthat"]
    payers = sent.context.payers
    assert isinstance(payers, dict)
    payers["thachthat"] = replace(payer, accounts=lambda _partner: ["110000000077"])
    assert [each.state for each in _again(sent, reference)] == ["processed"]


def test_what_still_fails_stays_set_aside_with_the_reason_of_today_and_one_exception(sent: Gateway) -> None:
    reference = sent.receive("camt.053", "1", OTHER.statement(debit(sent), account="999999999999")).file
    codes = [sent.value("SELECT code FROM file_in")]
    pin(sent, bank_key("STRANGER").pem)
    for _ in range(2):
        (received,) = _again(sent, reference)
        assert (received.state, received.matched.exceptions) == ("quarantined", 0)
        assert gravity.of_received(received) == 5
        codes.append(sent.value("SELECT code FROM file_in"))
    assert codes == ["certificate_not_pinned", "foreign_account", "foreign_account"]
    assert _exceptions(sent) == [("quarantined", "open")]
    assert sent.states()["TC-0001"] == "sent"


def test_genuine_but_unreadable_is_for_a_person(sent: Gateway) -> None:
    ruled(sent, proof="channel")
    reference = sent.receive("camt.053", "1", b"<nothing").file
    (received,) = _again(sent, reference)
    assert (received.state, gravity.of_received(received)) == ("quarantined", 3)


def test_s2_a_processed_file_stays_as_it_is(sent: Gateway) -> None:
    reference = sent.receive("camt.053", "1", BANK.statement(debit(sent))).file
    before = [sent.value(f"SELECT count(*) FROM {table}") for table in ("entry", "history", "audit", "allocation")]
    (received,) = _again(sent, reference)
    assert (received.state, received.error, gravity.of_received(received)) == ("processed", None, 0)
    after = [sent.value(f"SELECT count(*) FROM {table}") for table in ("entry", "history", "audit", "allocation")]
    assert after == before


def test_t7_every_file_named_is_tried_once_and_the_gravest_outcome_counts(sent: Gateway) -> None:
    lay(folder(sent) / "STM_1.xml", OTHER.statement(debit(sent)))
    lay(folder(sent) / "STM_2.xml", b"<nothing")
    good, bad = [each.file for each in round_(sent)[0]]
    pin(sent, bank_key("STRANGER").pem)
    received = _again(sent, "R-NONE", bad, good, good)
    assert [each.state for each in received] == ["", "quarantined", "processed"]
    assert [gravity.of_received(each) for each in received] == [1, 5, 0]
    assert received[0].error is not None
    assert received[0].error.code == "file_unknown"


def test_t9_no_file_is_examined_by_less_than_its_inbox_declares(sent: Gateway) -> None:
    """Also not when its folder belongs to no inbox any more."""
    reference = _set_aside(sent)
    pin(sent, bank_key("STRANGER").pem)
    ruled(sent, folder="/elsewhere")
    (received,) = _again(sent, reference)
    assert received.error is not None
    assert (received.error.code, gravity.of_received(received)) == ("no_inbox_for_file", 1)
    assert sent.states()["TC-0001"] == "sent"


def test_t9_a_file_that_a_person_brought_is_not_proven_by_the_channel(sent: Gateway) -> None:
    imported = import_statement(sent.context, io.BytesIO(OTHER.statement(debit(sent))), "x.xml", "vietinbank")
    assert imported.state == "quarantined"
    ruled(sent, proof="channel")
    (received,) = _again(sent, imported.file)
    assert received.error is not None
    assert received.error.code == "no_inbox_for_message"
    assert sent.states()["TC-0001"] == "sent"


def test_a_file_that_a_person_brought_is_processed_after_its_certificate_was_pinned(sent: Gateway) -> None:
    imported = import_statement(sent.context, io.BytesIO(OTHER.statement(debit(sent))), "x.xml", "vietinbank")
    pin(sent, bank_key("STRANGER").pem)
    assert [each.state for each in _again(sent, imported.file)] == ["processed"]
    assert sent.states()["TC-0001"] == "settled"


def test_the_partners_file_is_moved_away_in_the_next_round(sent: Gateway) -> None:
    lay(folder(sent) / "STM_1.xml", OTHER.statement(debit(sent)))
    ((received,), _errors) = round_(sent)
    pin(sent, bank_key().pem, bank_key("STRANGER").pem)
    _again(sent, received.file)
    assert round_(sent) == ([], [])
    assert not (folder(sent) / "STM_1.xml").exists()


def test_the_bytes_of_the_store_are_examined_whatever_the_partner_shows_now(sent: Gateway) -> None:
    lay(folder(sent) / "STM_1.xml", OTHER.statement(debit(sent)))
    ((received,), _errors) = round_(sent)
    lay(folder(sent) / "STM_1.xml", OTHER.statement(debit(sent, "TC-0002")), 5)
    pin(sent, bank_key("STRANGER").pem)
    _again(sent, received.file)
    assert [sent.states()[ref] for ref in ("TC-0001", "TC-0002")] == ["settled", "sent"]


def test_d3_two_people_who_ask_at_once_process_it_once(sent: Gateway) -> None:
    reference = _set_aside(sent)
    pin(sent, bank_key("STRANGER").pem)
    results: Sequence[list[Received]] = together(*[lambda: _again(sent, reference)] * 2)
    states = sorted(told([each for result in results for each in result]))
    assert states in (["busy", "processed"], ["processed", "processed"])
    assert sent.value("SELECT count(*) FROM allocation") == 1
    assert sent.value("SELECT count(*) FROM statement") == 1


def test_a1_who_asked_stands_in_the_audit_record(sent: Gateway) -> None:
    reference = _set_aside(sent)
    _again(sent, reference)
    rows = sent.rows("SELECT actor, verb, subject FROM audit WHERE verb = 'file reprocess'")
    assert [tuple(row) for row in rows] == [("checker", "file reprocess", reference)]
    with sent.store.read() as tx:
        assert audit.first_break(tx) is None


def test_only_enrolled_people_ask(sent: Gateway) -> None:
    require_enrolled(sent.context, "maker")
    with pytest.raises(NotFound):
        require_enrolled(sent.context, "stranger")
    sent.revoke("maker")
    with pytest.raises(NotAllowed):
        require_enrolled(sent.context, "maker")
