"""One statement, and one status report, in every version of their messages: what changed from version to version.

``python tests/support/versions.py`` writes the fixtures; their golden files are written by ``support.golden``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "fixtures" / "versions"
STATEMENTS = {
    "camt.052": ("BkToCstmrAcctRpt", "Rpt"),
    "camt.053": ("BkToCstmrStmt", "Stmt"),
    "camt.054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}
STATEMENT_VERSIONS = range(1, 15)
REPORT_VERSIONS = (3, 12, 14, 15)


def fixtures() -> Iterator[tuple[str, str, str]]:
    """File name, message name, content."""
    for message in STATEMENTS:
        for version in STATEMENT_VERSIONS:
            name = f"{message}.001.{version:02d}"
            yield f"{message.replace('.', '')}.v{version:02d}.everything.xml", name, statement(message, version)
    for version in REPORT_VERSIONS:
        yield f"pain002.v{version:02d}.everything.xml", f"pain.002.001.{version:02d}", report(version)


def _tag(name: str, *content: str) -> str:
    return f"<{name}>{''.join(content)}</{name}>"


def _document(message: str, version: int, root: str, *content: str) -> str:
    body = _tag(root, *content)
    return f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{message}.001.{version:02d}">{body}</Document>\n'


# --- camt.052, camt.053, camt.054 ------------------------------------------------------------------------------


def statement(message: str, version: int) -> str:
    """Two entries: an order with its details, charges and exchange; a return with its reason."""
    root, name = STATEMENTS[message]
    header = _tag("GrpHdr", _tag("MsgId", "STATEMENT1"), _tag("CreDtTm", "2026-12-03T07:00:00+07:00"))
    pages = _tag(f"{name}Pgntn", _tag("PgNb", "1"), _tag("LastPgInd", "true")) if version >= 3 else ""
    head = (
        _tag("Id", "S1"),
        pages,
        _tag("ElctrncSeqNb", "12"),
        _tag("LglSeqNb", "11"),
        _tag("CreDtTm", "2026-12-03T07:00:00+07:00"),
        _tag("FrToDt", _tag("FrDtTm", "2026-12-02T00:00:00"), _tag("ToDtTm", "2026-12-02T23:59:59")),
        _account(version),
        *((_balance(version, "OPBD", "1000000"), _balance(version, "CLBD", "990000")) if message != "camt.054" else ()),
    )
    root += "V01" if version == 1 else ""
    return _document(message, version, root, header, _tag(name, *head, _order(version), _return(version)))


def _account(version: int) -> str:
    number = _number(version, "118000123456")
    servicer = _tag("Svcr", _tag("FinInstnId", _bic(version)))
    return _tag("Acct", _tag("Id", number), _tag("Ccy", "VND"), _tag("Ownr", _tag("Nm", "SO TAI CHINH")), servicer)


def _number(version: int, number: str) -> str:
    return _tag("PrtryAcct" if version == 1 else "Othr", _tag("Id", number))


def _bic(version: int) -> str:
    return _tag("BIC" if version <= 2 else "BICFI", "ICBVVNVX")


def _amount(name: str, text: str, currency: str = "VND") -> str:
    return f'<{name} Ccy="{currency}">{text}</{name}>'


def _balance(version: int, kind: str, amount: str) -> str:
    tp = _tag("Tp", _tag("Cd", kind) if version == 1 else _tag("CdOrPrtry", _tag("Cd", kind)))
    return _tag("Bal", tp, _amount("Amt", amount), _tag("CdtDbtInd", "CRDT"), _tag("Dt", _tag("Dt", "2026-12-02")))


def _entry(version: int, amount: str, sign: str, code: str, *details: str) -> str:
    status = _tag("Sts", "BOOK") if version <= 6 else _tag("Sts", _tag("Cd", "BOOK"))
    return _tag(
        "Ntry",
        _tag("NtryRef", f"N-{code}") if version >= 2 else "",
        _amount("Amt", amount),
        _tag("CdtDbtInd", sign),
        status,
        _tag("BookgDt", _tag("Dt", "2026-12-02")),
        _tag("ValDt", _tag("Dt", "2026-12-03")),
        _tag("AcctSvcrRef", f"FT-{code}"),
        _bank_code(code),
        *details,
        _tag("AddtlNtryInf", "CHI TRA THANG 12"),
    )


def _bank_code(code: str) -> str:
    family = _tag("Fmly", _tag("Cd", "ICDT"), _tag("SubFmlyCd", code))
    return _tag(
        "BkTxCd",
        _tag("Domn", _tag("Cd", "PMNT"), family),
        _tag("Prtry", _tag("Cd", f"B-{code}"), _tag("Issr", "ICBV")),
    )


def _order(version: int) -> str:
    batch = _tag("Btch", _tag("MsgId", "M1"), _tag("PmtInfId", "P1"), _tag("NbOfTxs", "1"))
    detail = _tag(
        "TxDtls",
        _references(version),
        *(_own_amount(version, "500000", "DBIT")),
        _exchange(),
        _charges(version),
        _parties(version),
        _tag("Purp", _tag("Cd", "SSBE")),
        _tag("RmtInf", _tag("Ustrd", "TRO CAP"), _tag("Ustrd", "THANG 12")),
        _tag("RltdDts", _tag("AccptncDtTm", "2026-12-02T08:00:00"), _tag("IntrBkSttlmDt", "2026-12-02")),
        _tag("AddtlTxInf", "LENH CHI"),
    )
    return _entry(version, "505000", "DBIT", "DMCT", *_around(version, batch, detail))


def _return(version: int) -> str:
    reason = _tag("Rsn" if version >= 2 else "RtrRsn", _tag("Cd", "AC04"))
    detail = _tag(
        "TxDtls",
        _tag("Refs", _tag("EndToEndId", "E2")),
        *(_own_amount(version, "495000", "CRDT")),
        _tag("RtrInf", reason, _tag("AddtlInf" if version >= 2 else "AddtlRtrRsnInf", "TAI KHOAN DA DONG")),
    )
    return _entry(version, "495000", "CRDT", "RRTN", *_around(version, "", detail))


def _around(version: int, *details: str) -> tuple[str, ...]:
    """The oldest version has details and batch directly below the entry."""
    return details if version == 1 else (_tag("NtryDtls", *details),)


def _own_amount(version: int, amount: str, sign: str) -> tuple[str, ...]:
    """Details have amount and direction of their own from the third version on."""
    return (_amount("Amt", amount), _tag("CdtDbtInd", sign)) if version >= 3 else ()


def _references(version: int) -> str:
    return _tag(
        "Refs",
        _tag("MsgId", "M1"),
        _tag("AcctSvcrRef", "FT-D1"),
        _tag("PmtInfId", "P1") if version >= 2 else "",
        _tag("InstrId", "I1"),
        _tag("EndToEndId", "E1"),
        _tag("UETR", "0f4a6a66-6f3d-4a43-9a55-0f8c7f2f6a11") if version >= 8 else "",
        _tag("TxId", "T1"),
        _tag("MndtId", "MANDATE1"),
        _tag("ChqNb", "C1"),
        _tag("ClrSysRef", "CLEARING1"),
        _tag("AcctOwnrTxId", "OWNER1") if version >= 3 else "",
        _tag("AcctSvcrTxId", "SERVICER1") if version >= 3 else "",
        _tag("MktInfrstrctrTxId", "MARKET1") if version >= 3 else "",
        _tag("PrcgId", "PROCESS1") if version >= 3 else "",
    )


def _exchange() -> str:
    rate = _tag(
        "CcyXchg",
        _tag("SrcCcy", "USD"),
        _tag("TrgtCcy", "VND"),
        _tag("UnitCcy", "USD"),
        _tag("XchgRate", "25000"),
    )
    return _tag(
        "AmtDtls",
        _tag("InstdAmt", _amount("Amt", "20.00", "USD")),
        _tag("TxAmt", _amount("Amt", "500000")),
        _tag("CntrValAmt", _amount("Amt", "500000"), rate),
    )


def _charges(version: int) -> str:
    """One record; a level of its own from the third version on."""
    record = (_amount("Amt", "5000"), _tag("CdtDbtInd", "DBIT") if version >= 2 else "")
    return _tag("Chrgs", *record) if version <= 2 else _tag("Chrgs", _tag("Rcrd", *record))


def _party(version: int, side: str, name: str) -> str:
    """A choice of party and agent from the seventh version on."""
    return _tag(side, _tag("Nm", name) if version <= 6 else _tag("Pty", _tag("Nm", name)))


def _parties(version: int) -> str:
    number = _number(version, "19036112233441")
    related = _tag(
        "RltdPties",
        _party(version, "Dbtr", "SO TAI CHINH"),
        _party(version, "UltmtDbtr", "UBND TINH"),
        _party(version, "Cdtr", "NGUYEN THI HOA"),
        _tag("CdtrAcct", _tag("Id", number)),
        _party(version, "UltmtCdtr", "TRAN VAN AN"),
    )
    return related + _tag("RltdAgts", _tag("CdtrAgt", _tag("FinInstnId", _bic(version))))


# --- pain.002 --------------------------------------------------------------------------------------------------


def report(version: int) -> str:
    """A message partly accepted, its block, a transfer that was accepted and one that was rejected."""
    header = _tag("GrpHdr", _tag("MsgId", "R1"), _tag("CreDtTm", "2026-12-02T09:00:00+07:00"))
    group = _tag(
        "OrgnlGrpInfAndSts",
        _tag("OrgnlMsgId", "M1"),
        _tag("OrgnlMsgNmId", "pain.001.001.09"),
        _tag("OrgnlNbOfTxs", "2"),
        _tag("OrgnlCtrlSum", "995000"),
        _tag("GrpSts", "PART"),
        _reason("NARR", "MOT PHAN"),
        _counted("ACSP", "1"),
        _counted("RJCT", "1"),
    )
    block = _tag(
        "OrgnlPmtInfAndSts",
        _tag("OrgnlPmtInfId", "P1"),
        _tag("OrgnlNbOfTxs", "2"),
        _tag("OrgnlCtrlSum", "995000"),
        _tag("PmtInfSts", "PART"),
        _counted("RJCT", "1"),
        _accepted(version),
        _rejected(version),
    )
    return _document("pain.002", version, "CstmrPmtStsRpt", header, group, block)


def _reason(code: str, text: str) -> str:
    originator = _tag("Orgtr", _tag("Nm", "VIETINBANK"))
    return _tag("StsRsnInf", originator, _tag("Rsn", _tag("Cd", code)), _tag("AddtlInf", text))


def _counted(status: str, count: str) -> str:
    return _tag("NbOfTxsPerSts", _tag("DtldNbOfTxs", count), _tag("DtldSts", status), _tag("DtldCtrlSum", "500000"))


def _transfer(version: int, number: str, status: str, *content: str) -> str:
    uetr = _tag("OrgnlUETR", "0f4a6a66-6f3d-4a43-9a55-0f8c7f2f6a11") if version >= 12 else ""
    ids = (_tag("StsId", f"S{number}"), _tag("OrgnlInstrId", f"I{number}"), _tag("OrgnlEndToEndId", f"E{number}"))
    return _tag("TxInfAndSts", *ids, uetr, _tag("TxSts", status), *content)


def _accepted(version: int) -> str:
    agent = _tag("Agt" if version >= 12 else "Pty", _tag("FinInstnId", _tag(_bic_name(version), "ICBVVNVX")))
    return _transfer(
        version,
        "1",
        "ACSP",
        _tag("ChrgsInf", _amount("Amt", "5000"), agent),
        _tag("AccptncDtTm", "2026-12-02T08:30:00+07:00"),
        _tag("AcctSvcrRef", "FT1"),
        _tag("ClrSysRef", "CLEARING1"),
    )


def _rejected(version: int) -> str:
    name = _tag("Nm", "NGUYEN THI HOA")
    original = _tag(
        "OrgnlTxRef",
        _tag("Amt", _amount("InstdAmt", "495000")),
        _tag("RmtInf", _tag("Ustrd", "TRO CAP THANG 12")),
        _tag("Cdtr", _tag("Pty", name) if version >= 12 else name),
        _tag("CdtrAcct", _tag("Id", _tag("Othr", _tag("Id", "19036112233441")))),
    )
    reasons = (_reason("AC04", "TAI KHOAN DA DONG"), _reason("AM05", "TRUNG"))
    return _transfer(version, "2", "RJCT", *reasons, original)


def _bic_name(version: int) -> str:
    return "BICFI" if version >= 12 else "BIC"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file, _, content in fixtures():
        (FOLDER / file).write_text(content, "utf-8")
