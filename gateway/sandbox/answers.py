"""The rehearsal partner's answers as text: pain.002.001.12, camt.029.001.13, camt.053 and camt.054.001.08, unsigned.

Each builder returns the document with an empty place for the signature at the end of its message element.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from xml.sax.saxutils import escape

from adapters.profile import Profile
from gateway.sandbox.clock import ZONE
from gateway.sandbox.ledger import RECALLED, Answer
from gateway.sandbox.signing import PLACE

Row = sqlite3.Row

_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
_WORDS = {
    "AC01": "ACCOUNT NUMBER IS INVALID",
    "AC04": "ACCOUNT IS CLOSED",
    "AC06": "ACCOUNT IS BLOCKED",
    "MD07": "ACCOUNT HOLDER IS DECEASED",
}
_CODES = {"settled": "DMCT", "returned": "RRTN", "reversed": "DMCT"}
"""Sub-family of PMNT/ICDT, by kind of entry."""


@dataclass(frozen=True, slots=True)
class Voice:
    """What one partner's answers have in common."""

    profile: Profile

    def message_id(self, answer: Answer) -> str:
        """At most 35 characters, unique for ever at this partner."""
        kind = answer.message.replace(".", "").upper()
        return f"{self.profile.code.upper()[:12]}{kind}{answer.id:012d}"

    def reason(self, iso: str) -> str:
        """``Rsn`` with the partner's own code where its manual has one, else the ISO code."""
        own = next((own for own, meaning in self.profile.reasons.items() if meaning == iso), None)
        code = f"<Prtry>{escape(own)}</Prtry>" if own else f"<Cd>{iso}</Cd>"
        words = f"<AddtlInf>{_WORDS[iso]}</AddtlInf>" if iso in _WORDS else ""
        return f"<Rsn>{code}</Rsn>{words}"

    def agent(self) -> str:
        """``FinInstnId`` of the partner."""
        if self.profile.bic:
            return f"<FinInstnId><BICFI>{self.profile.bic}</BICFI></FinInstnId>"
        scheme = f"<ClrSysId><Prtry>{self.profile.agent_scheme or 'NAPAS'}</Prtry></ClrSysId>"
        return f"<FinInstnId><ClrSysMmbId>{scheme}<MmbId>{self.profile.napas_bin}</MmbId></ClrSysMmbId></FinInstnId>"


def status_report(voice: Voice, answer: Answer, order: Row, transfers: Iterable[Row]) -> bytes:
    """pain.002: the group's status and one status per transfer."""
    group = _group_status(order)
    blocks = groupby(transfers, key=lambda row: str(row["payment_information_id"]))
    return _document(
        "pain.002.001.12",
        "CstmrPmtStsRpt",
        f"<GrpHdr>{_identification(voice, answer)}<DbtrAgt>{voice.agent()}</DbtrAgt></GrpHdr>",
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{escape(order['message_id'])}</OrgnlMsgId>",
        f"<OrgnlMsgNmId>{order['message_name']}</OrgnlMsgNmId>",
        _original_totals(order),
        f"<GrpSts>{group}</GrpSts>{_refusal(order)}</OrgnlGrpInfAndSts>",
        *(part for block, rows in blocks for part in _block_status(voice, block, group, rows)),
    )


def resolution(voice: Voice, answer: Answer, request: Row, transfers: Iterable[Row]) -> bytes:
    """camt.029: what became of each recalled transfer; of one that nobody knows, a refusal of the request."""
    agent = f"<Agt>{voice.agent()}</Agt>"
    rows = list(transfers)
    recalled = bool(rows) and all(row["reason"] == RECALLED for row in rows)
    identity = f"<Id>{voice.message_id(answer)}</Id><Assgnr>{agent}</Assgnr><Assgne>{agent}</Assgne>"
    return _document(
        "camt.029.001.13",
        "RsltnOfInvstgtn",
        f"<Assgnmt>{identity}<CreDtTm>{_moment(answer.created)}</CreDtTm></Assgnmt>",
        f"<RslvdCase><Id>{escape(request['message_id'])}</Id><Cretr>{agent}</Cretr></RslvdCase>",
        f"<Sts><Conf>{'CNCL' if recalled else 'RJCR'}</Conf></Sts>",
        "<CxlDtls>" if rows else "",
        *(_resolved(row) for row in rows),
        "</CxlDtls>" if rows else "",
    )


def _resolved(row: Row) -> str:
    recalled = row["reason"] == RECALLED
    refusal = "" if recalled else "<CxlStsRsnInf><Rsn><Cd>ARDT</Cd></Rsn></CxlStsRsnInf>"
    return (
        f"<TxInfAndSts>{_element('OrgnlInstrId', row['instruction_id'])}"
        f"{_element('OrgnlEndToEndId', row['end_to_end_id'])}{_element('OrgnlUETR', row['uetr'])}"
        f"<TxCxlSts>{'ACCR' if recalled else 'RJCR'}</TxCxlSts>{refusal}</TxInfAndSts>"
    )


def notification(voice: Voice, answer: Answer, account: Row, entries: Iterable[Row]) -> bytes:
    """camt.054: entries as they were booked."""
    return _document(
        "camt.054.001.08",
        "BkToCstmrDbtCdtNtfctn",
        f"<GrpHdr>{_identification(voice, answer)}</GrpHdr><Ntfctn><Id>{voice.message_id(answer)}</Id>",
        f"<CreDtTm>{_moment(answer.created)}</CreDtTm>",
        _account(voice, account),
        *_entries(voice, entries),
        "</Ntfctn>",
    )


def statement(voice: Voice, answer: Answer, account: Row, closed: Row, entries: list[Row]) -> bytes:
    """camt.053: one account and day, or one page of it; pages are joined by interim balances."""
    day, opening = answer.day or answer.created.date(), answer.opening or 0
    closing = opening + sum(row["amount"] for row in entries)
    last = answer.page == answer.pages
    return _document(
        "camt.053.001.08",
        "BkToCstmrStmt",
        f"<GrpHdr>{_identification(voice, answer)}</GrpHdr>",
        f"<Stmt><Id>{_statement_id(voice, closed)}</Id>",
        f"<StmtPgntn><PgNb>{answer.page}</PgNb><LastPgInd>{_boolean(last)}</LastPgInd></StmtPgntn>",
        f"<ElctrncSeqNb>{closed['sequence']}</ElctrncSeqNb><CreDtTm>{_moment(answer.created)}</CreDtTm>",
        f"<FrToDt><FrDtTm>{_moment(datetime.combine(day, time.min, ZONE))}</FrDtTm>",
        f"<ToDtTm>{_moment(datetime.combine(day, time(23, 59, 59), ZONE))}</ToDtTm></FrToDt>",
        _account(voice, account),
        _balance("OPBD" if answer.page == 1 else "ITBD", opening, day),
        _balance("CLBD" if last else "ITBD", closing, day),
        *_entries(voice, entries),
        "</Stmt>",
    )


# -- pain.002


def _group_status(order: Row) -> str:
    if order["reason"] or not order["accepted"]:
        return "RJCT"
    return "PART" if order["rejected"] else "ACSP"


def _original_totals(order: Row) -> str:
    if order["count"] is None:
        return ""
    return f"<OrgnlNbOfTxs>{order['count']}</OrgnlNbOfTxs><OrgnlCtrlSum>{order['total']}</OrgnlCtrlSum>"


def _refusal(order: Row) -> str:
    if not order["reason"]:
        return ""
    words = f"<AddtlInf>{escape(order['explanation'])}</AddtlInf>"
    return f"<StsRsnInf><Rsn><Cd>{order['reason']}</Cd></Rsn>{words}</StsRsnInf>"


def _block_status(voice: Voice, block: str, group: str, transfers: Iterable[Row]) -> Iterator[str]:
    yield f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{escape(block)}</OrgnlPmtInfId><PmtInfSts>{group}</PmtInfSts>"
    for row in transfers:
        yield _transfer_status(voice, row)
    yield "</OrgnlPmtInfAndSts>"


def _transfer_status(voice: Voice, row: Row) -> str:
    rejected = row["state"] == "rejected"
    return "".join(
        (
            "<TxInfAndSts>",
            _element("OrgnlInstrId", row["instruction_id"]),
            _element("OrgnlEndToEndId", row["end_to_end_id"]),
            _element("OrgnlUETR", row["uetr"]),
            f"<TxSts>{'RJCT' if rejected else 'ACSP'}</TxSts>",
            f"<StsRsnInf>{voice.reason(row['reason'])}</StsRsnInf>" if rejected else "",
            f"<OrgnlTxRef><Amt><InstdAmt Ccy='VND'>{row['amount']}</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>",
        )
    )


# -- camt


def _entries(voice: Voice, rows: Iterable[Row]) -> Iterator[str]:
    return (_entry(voice, row) for row in rows)


def _entry(voice: Voice, row: Row) -> str:
    reference, day = row["reference"], f"<Dt>{row['booked_on']}</Dt>"
    code = f"<Fmly><Cd>ICDT</Cd><SubFmlyCd>{_CODES[row['kind']]}</SubFmlyCd></Fmly>"
    return (
        f"<Ntry>{_signed(row['amount'])}{'<RvslInd>true</RvslInd>' if row['kind'] == 'reversed' else ''}"
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt>{day}</BookgDt><ValDt>{day}</ValDt><AcctSvcrRef>{reference}</AcctSvcrRef>"
        f"<BkTxCd><Domn><Cd>PMNT</Cd>{code}</Domn></BkTxCd>"
        f"<NtryDtls><TxDtls>{_references(row)}{_signed(row['amount'])}{_charges(row)}"
        f"<RltdPties>{_creditor(row)}</RltdPties>{_return(voice, row)}</TxDtls></NtryDtls></Ntry>"
    )


def _references(row: Row) -> str:
    return (
        f"<Refs><MsgId>{escape(row['message_id'])}</MsgId><AcctSvcrRef>{row['reference']}</AcctSvcrRef>"
        f"<PmtInfId>{escape(row['payment_information_id'])}</PmtInfId>{_element('InstrId', row['instruction_id'])}"
        f"{_element('EndToEndId', row['end_to_end_id'])}{_element('UETR', row['uetr'])}</Refs>"
    )


def _charges(row: Row) -> str:
    """The original amount and what was kept of it, on a return less charges."""
    if row["kind"] != "returned" or not row["charges"]:
        return ""
    kept = f"<Rcrd><Amt Ccy='VND'>{row['charges']}</Amt><CdtDbtInd>DBIT</CdtDbtInd></Rcrd>"
    original = f"<Amt Ccy='VND'>{row['ordered_amount']}</Amt>"
    return f"<AmtDtls><InstdAmt>{original}</InstdAmt></AmtDtls><Chrgs>{kept}</Chrgs>"


def _creditor(row: Row) -> str:
    return (
        f"<Cdtr><Pty><Nm>{escape(row['creditor'])}</Nm></Pty></Cdtr>"
        f"<CdtrAcct>{_account_id(row['account'], row['scheme'])}</CdtrAcct>"
    )


def _return(voice: Voice, row: Row) -> str:
    return f"<RtrInf>{voice.reason(row['reason'])}</RtrInf>" if row["kind"] == "returned" else ""


def _statement_id(voice: Voice, closed: Row) -> str:
    return f"{voice.profile.code.upper()[:12]}{closed['day'].replace('-', '')}{closed['sequence']:06d}"


def _account(voice: Voice, account: Row) -> str:
    owner = f"<Ownr><Nm>{escape(account['owner'])}</Nm></Ownr>"
    identification = _account_id(account["number"], account["scheme"])
    return f"<Acct>{identification}<Ccy>VND</Ccy>{owner}<Svcr>{voice.agent()}</Svcr></Acct>"


def _account_id(number: str, scheme: str | None) -> str:
    named = f"<SchmeNm><Prtry>{escape(scheme)}</Prtry></SchmeNm>" if scheme else ""
    return f"<Id><Othr><Id>{escape(number)}</Id>{named}</Othr></Id>"


def _balance(kind: str, amount: int, day: date) -> str:
    return f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>{_signed(amount)}<Dt><Dt>{day}</Dt></Dt></Bal>"


# -- shared


def _document(message: str, element: str, *parts: str) -> bytes:
    body = "".join(parts)
    return (
        f'<Document xmlns="{_NAMESPACE}{message}"><{element}>{body}'
        f"<SplmtryData>{PLACE}</SplmtryData></{element}></Document>"
    ).encode()


def _identification(voice: Voice, answer: Answer) -> str:
    return f"<MsgId>{voice.message_id(answer)}</MsgId><CreDtTm>{_moment(answer.created)}</CreDtTm>"


def _signed(amount: int) -> str:
    """Amount without sign, and its side."""
    return f"<Amt Ccy='VND'>{abs(amount)}</Amt><CdtDbtInd>{'DBIT' if amount < 0 else 'CRDT'}</CdtDbtInd>"


def _element(name: str, text: str | None) -> str:
    return f"<{name}>{escape(text)}</{name}>" if text else ""


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _boolean(value: bool) -> str:
    return "true" if value else "false"
