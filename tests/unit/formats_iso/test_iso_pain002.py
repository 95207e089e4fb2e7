from __future__ import annotations

import io

import pytest

from formats.errors import Unreadable
from formats.iso20022 import pain002
from formats.iso20022.pain002 import BlockStatus, GroupStatus, Item, Report, TransferStatus

HEAD = (
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.12"><CstmrPmtStsRpt>'
    "<GrpHdr><MsgId>R</MsgId></GrpHdr>"
    "<OrgnlGrpInfAndSts><OrgnlMsgId>M1</OrgnlMsgId></OrgnlGrpInfAndSts>"
)
TAIL = "</CstmrPmtStsRpt></Document>"
TRANSFER = "<TxInfAndSts><OrgnlEndToEndId>E{}</OrgnlEndToEndId><TxSts>RJCT</TxSts></TxInfAndSts>"


def read(body: str) -> list[Item]:
    return list(pain002.read(io.BytesIO((HEAD + body + TAIL).encode())))


def block(name: str, *inside: str) -> str:
    return f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{name}</OrgnlPmtInfId>{''.join(inside)}</OrgnlPmtInfAndSts>"


def test_the_report_comes_first_then_group_block_and_transfer() -> None:
    kinds = [type(item) for item in read(block("P1", TRANSFER.format(1), TRANSFER.format(2)))]
    assert kinds == [Report, GroupStatus, BlockStatus, TransferStatus, TransferStatus]


def test_each_transfer_belongs_to_its_own_block() -> None:
    items = read(block("P1", TRANSFER.format(1)) + block("P2", TRANSFER.format(2)))
    transfers = [item for item in items if isinstance(item, TransferStatus)]
    assert [(item.original_payment_information_id, item.original_end_to_end_id) for item in transfers] == [
        ("P1", "E1"),
        ("P2", "E2"),
    ]
    assert {item.original_message_id for item in transfers} == {"M1"}


def test_a_transfer_without_block_belongs_to_the_message() -> None:
    transfer = read(TRANSFER.format(1))[-1]
    assert isinstance(transfer, TransferStatus)
    assert (transfer.original_message_id, transfer.original_payment_information_id) == ("M1", None)


def test_a_transfer_may_name_another_message() -> None:
    named = "<TxInfAndSts><OrgnlGrpInf><OrgnlMsgId>M2</OrgnlMsgId></OrgnlGrpInf><TxSts>ACSP</TxSts></TxInfAndSts>"
    transfer = read(named)[-1]
    assert isinstance(transfer, TransferStatus)
    assert transfer.original_message_id == "M2"


def test_a_status_without_any_id_is_kept() -> None:
    assert isinstance(read(block("P1", "<TxInfAndSts/>"))[-1], TransferStatus)


@pytest.mark.parametrize("transfers", [1, 2000])
def test_a_block_status_after_its_transfers_is_told_or_refused_and_never_lost(transfers: int) -> None:
    late = block("P1", TRANSFER.format(1) * transfers, "<PmtInfSts>RJCT</PmtInfSts>")
    items = pain002.read(io.BytesIO((HEAD + late + TAIL).encode()))
    status = [next(items) for _ in range(3)][-1]
    assert isinstance(status, BlockStatus)
    if status.status is None:
        with pytest.raises(Unreadable, match="status_after_transactions"):
            list(items)


def test_every_reason_is_kept_with_all_its_sentences() -> None:
    reason = "<StsRsnInf><Rsn><{0}>{1}</{0}></Rsn><AddtlInf>a</AddtlInf><AddtlInf>b</AddtlInf></StsRsnInf>"
    status = read(block("P1", reason.format("Cd", "AM05"), reason.format("Prtry", "E017")))[-1]
    assert isinstance(status, BlockStatus)
    assert [(each.code, each.proprietary) for each in status.reasons] == [("AM05", None), (None, "E017")]
    assert status.reasons[0].texts == ("a", "b")


def test_another_message_is_not_read_as_a_status_report() -> None:
    with pytest.raises(Unreadable, match="unexpected_message"):
        pain002.read(io.BytesIO((HEAD.replace("pain.002.001.12", "camt.053.001.08") + TAIL).encode()))
