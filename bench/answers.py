"""What a bank would answer to the invented payments: camt.053.001.08 and pain.002.001.12, written as a stream.

One entry with one detail a payment, all of one statement, as a bank sends without batch booking; every fiftieth comes
back. The markup is exclusive-canonical, so that it can be signed by its plain SHA-256.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from bench import inputs
from bench.inputs import Payment

RETURN_EVERY = 50
PLACE = b"<SplmtryData><Envlp></Envlp></SplmtryData>"
"""Where the signature goes, at the end of the message."""

_BOOKED, _VALUED, _STAMP = "2026-12-02", "2026-12-03", "2026-12-03T07:00:00+07:00"
MESSAGE_ID, BLOCK_ID = "M01VIDU000000000001", "P01VIDU000000000001"
_OPENING = 10**12
_DATE_WORDS = {day: (day, day.replace("-0", ", ").replace("-", ", ")) for day in (_BOOKED, _VALUED)}


def total(count: int) -> int:
    """Signed sum of the entries: what was paid less what came back."""
    return sum(signed(number) for number in range(1, count + 1))


def fields(number: int) -> dict[str, tuple[str, ...]]:
    """What stands in one entry, by name; several spellings where readers make objects of it."""
    (payment,) = inputs.payments(number, number)
    return {
        "amount": (str(payment.amount),),
        "currency": (inputs.CURRENCY,),
        "status": ("BOOK",),
        "booking date": _DATE_WORDS[_BOOKED],
        "value date": _DATE_WORDS[_VALUED],
        "entry reference": (f"N{number:010d}",),
        "servicer's reference": (f"FT{number:014d}",),
        "bank transaction code": (_sub_family(payment),),
        "message id": (MESSAGE_ID,),
        "payment information id": (BLOCK_ID,),
        "instruction id": (instruction_id(payment),),
        "end-to-end id": (payment.end_to_end_id,),
        "UETR": (payment.uetr,),
        "counterparty": (payment.name,),
        "counterparty's account": (payment.account,),
        "remittance": (payment.remittance,),
        "return reason": ("AC04",),
    }


def write_statement(sink: BinaryIO, count: int, place: bytes = b"") -> int:
    """camt.053 of so many entries; returns where in ``place`` a signature goes."""
    sink.write(_statement_head(count).encode())
    for payment in inputs.payments(count):
        sink.write(_entry(payment).encode())
    sink.write(b"</Stmt>")
    splice_at = sink.tell() + place.find(b"</Envlp>")
    sink.write(place + b"</BkToCstmrStmt></Document>")
    return splice_at


def write_report(sink: BinaryIO, count: int) -> None:
    """pain.002 with the status of so many transfers in one block."""
    sink.write(_report_head(count).encode())
    for payment in inputs.payments(count):
        sink.write(_status(payment).encode())
    sink.write(b"</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>")


def comes_back(number: int) -> bool:
    return number % RETURN_EVERY == 0


def signed(number: int) -> int:
    return inputs.amount(number) * (1 if comes_back(number) else -1)


def instruction_id(payment: Payment) -> str:
    return f"I{payment.end_to_end_id[1:]}"


def _sub_family(payment: Payment) -> str:
    return "RRTN" if comes_back(payment.number) else "DMCT"


def _document(message: str, *content: str) -> str:
    return f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{message}">{"".join(content)}'


def _statement_head(count: int) -> str:
    return _document(
        "camt.053.001.08",
        f"<BkToCstmrStmt><GrpHdr><MsgId>BENCHSTATEMENT1</MsgId><CreDtTm>{_STAMP}</CreDtTm></GrpHdr>",
        "<Stmt><Id>BENCHSTATEMENT1</Id><StmtPgntn><PgNb>1</PgNb><LastPgInd>true</LastPgInd></StmtPgntn>",
        f"<ElctrncSeqNb>336</ElctrncSeqNb><CreDtTm>{_STAMP}</CreDtTm>",
        f"<Acct><Id><Othr><Id>{inputs.DEBTOR_ACCOUNT}</Id></Othr></Id><Ccy>{inputs.CURRENCY}</Ccy>",
        f"<Svcr><FinInstnId><BICFI>{inputs.DEBTOR_BIC}</BICFI></FinInstnId></Svcr></Acct>",
        *_balances(count),
    )


def _balances(count: int) -> Iterator[str]:
    for code, amount in (("OPBD", _OPENING), ("CLBD", _OPENING + total(count))):
        yield (
            f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(abs(amount), amount > 0)}"
            f"<Dt><Dt>{_BOOKED}</Dt></Dt></Bal>"
        )


def _amount(amount: int, is_credit: bool) -> str:
    indicator = "CRDT" if is_credit else "DBIT"
    return f'<Amt Ccy="{inputs.CURRENCY}">{amount}</Amt><CdtDbtInd>{indicator}</CdtDbtInd>'


def _entry(payment: Payment) -> str:
    amount = _amount(payment.amount, comes_back(payment.number))
    reference = f"<AcctSvcrRef>FT{payment.number:014d}</AcctSvcrRef>"
    family = f"<Fmly><Cd>ICDT</Cd><SubFmlyCd>{_sub_family(payment)}</SubFmlyCd></Fmly>"
    back = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>" if comes_back(payment.number) else ""
    return (
        f"<Ntry><NtryRef>N{payment.number:010d}</NtryRef>{amount}<Sts><Cd>BOOK</Cd></Sts>"
        f"<BookgDt><Dt>{_BOOKED}</Dt></BookgDt><ValDt><Dt>{_VALUED}</Dt></ValDt>{reference}"
        f"<BkTxCd><Domn><Cd>PMNT</Cd>{family}</Domn></BkTxCd><NtryDtls><TxDtls>"
        f"<Refs><MsgId>{MESSAGE_ID}</MsgId>{reference}<PmtInfId>{BLOCK_ID}</PmtInfId>"
        f"<InstrId>{instruction_id(payment)}</InstrId><EndToEndId>{payment.end_to_end_id}</EndToEndId>"
        f"<UETR>{payment.uetr}</UETR></Refs>{amount}"
        f"<RltdPties><Cdtr><Pty><Nm>{payment.name}</Nm></Pty></Cdtr>"
        f"<CdtrAcct><Id><Othr><Id>{payment.account}</Id></Othr></Id></CdtrAcct></RltdPties>"
        f"<RmtInf><Ustrd>{payment.remittance}</Ustrd></RmtInf>{back}</TxDtls></NtryDtls></Ntry>"
    )


def _report_head(count: int) -> str:
    return _document(
        "pain.002.001.12",
        f"<CstmrPmtStsRpt><GrpHdr><MsgId>BENCHREPORT1</MsgId><CreDtTm>{_STAMP}</CreDtTm></GrpHdr>",
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{MESSAGE_ID}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>",
        f"<OrgnlNbOfTxs>{count}</OrgnlNbOfTxs><OrgnlCtrlSum>{inputs.total(count)}</OrgnlCtrlSum><GrpSts>PART</GrpSts>",
        f"</OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>{BLOCK_ID}</OrgnlPmtInfId><PmtInfSts>PART</PmtInfSts>",
    )


def _status(payment: Payment) -> str:
    rejected = comes_back(payment.number)
    reason = "<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>ACCOUNT IS CLOSED</AddtlInf></StsRsnInf>" if rejected else ""
    return (
        f"<TxInfAndSts><OrgnlInstrId>{instruction_id(payment)}</OrgnlInstrId>"
        f"<OrgnlEndToEndId>{payment.end_to_end_id}</OrgnlEndToEndId><OrgnlUETR>{payment.uetr}</OrgnlUETR>"
        f"<TxSts>{'RJCT' if rejected else 'ACSP'}</TxSts>{reason}"
        f'<OrgnlTxRef><Amt><InstdAmt Ccy="{inputs.CURRENCY}">{payment.amount}</InstdAmt></Amt></OrgnlTxRef>'
        "</TxInfAndSts>"
    )
