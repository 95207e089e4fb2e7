"""A good file that first came into the wrong folder: read when it comes into the right one (S3, T5, T9)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.evidence import BANK, OTHER, debit
from support.gateways import Gateway, bank_key, payments_key
from support.inboxes import folder, lay, names, round_, told
from support.signatures import TemporarySpool

from gateway.proof import PartnerVerifier
from gateway.usecases.reprocess import reprocess


def _misplaced(gateway: Gateway, content: bytes) -> None:
    lay(folder(gateway, "pain.002") / "ACK_1.xml", content)
    assert told(round_(gateway)[0]) == ["quarantined"]


def _exceptions(gateway: Gateway) -> list[tuple[str, str]]:
    return [tuple(row) for row in gateway.rows("SELECT kind, state FROM exception ORDER BY id")]


def test_s3_a_statement_that_came_into_the_wrong_folder_first_is_read_in_the_right_one(sent: Gateway) -> None:
    content = BANK.statement(debit(sent))
    _misplaced(sent, content)
    lay(folder(sent) / "STM_1.xml", content)
    assert told(round_(sent)[0]) == ["processed"]
    assert sent.states()["TC-0001"] == "settled"
    assert _exceptions(sent) == [("quarantined", "resolved")]
    assert round_(sent) == ([], [])
    assert names(folder(sent)) == names(folder(sent, "pain.002")) == []


@pytest.mark.parametrize("message", ["pain.002", "camt.054"])
def test_t9_no_other_wrong_folder_makes_it_believed(sent: Gateway, message: str) -> None:
    content = OTHER.statement(debit(sent))
    _misplaced(sent, content)
    lay(folder(sent, message) / {"pain.002": "ACK_2.xml", "camt.054": "NTF_2.xml"}[message], content)
    round_(sent)
    assert sent.states()["TC-0001"] == "sent"
    assert _exceptions(sent) == [("quarantined", "open")]


def test_it_can_be_reprocessed_by_the_reference_of_its_second_arrival(sent: Gateway) -> None:
    content = OTHER.statement(debit(sent))
    _misplaced(sent, content)
    lay(folder(sent) / "STM_1.xml", content)
    assert told(round_(sent)[0]) == ["quarantined"]
    verifier = PartnerVerifier(
        [bank_key("STRANGER").pem], [payments_key().certificate_pem], TemporarySpool(), sent.clock
    )
    partners = sent.context.partners
    assert isinstance(partners, dict)
    partners["vietinbank"] = replace(partners["vietinbank"], verifier=lambda: verifier)
    second = sent.value("SELECT reference FROM file_in WHERE state = 'duplicate'")
    assert [each.state for each in reprocess(sent.context, [second], "checker")] == ["processed"]
    assert sent.states()["TC-0001"] == "settled"
