"""Where the values of an entry and of a detail stand, in every version; the best path first."""

from __future__ import annotations

from collections.abc import Iterator

from formats.iso20022.picking import Content, Table

DOMAIN = ("BkTxCd/Domn/Cd", "BkTxCd/Domn/Fmly/Cd", "BkTxCd/Domn/Fmly/SubFmlyCd")
_OWN_CODE = {"proprietary_code": ("BkTxCd/Prtry/Cd",), "proprietary_issuer": ("BkTxCd/Prtry/Issr",)}

ENTRY: Table = {
    "status": ("Sts/Cd", "Sts/Prtry", "Sts"),
    "reference": ("NtryRef",),
    "servicer_reference": ("AcctSvcrRef",),
    **_OWN_CODE,
    "message_id": ("NtryDtls/Btch/MsgId", "Btch/MsgId"),
    "payment_information_id": ("NtryDtls/Btch/PmtInfId", "Btch/PmtInfId"),
    "batch_amount": ("NtryDtls/Btch/TtlAmt", "Btch/TtlAmt"),
    "batch_currency": ("NtryDtls/Btch/TtlAmt/@Ccy", "Btch/TtlAmt/@Ccy"),
    "batch_direction": ("NtryDtls/Btch/CdtDbtInd", "Btch/CdtDbtInd"),
    "additional": ("AddtlNtryInf",),
    "information": ("AddtlInfInd/MsgNmId",),
}
ENTRY_READ: Table = {
    "reversal": ("RvslInd",),
    "booking_date": ("BookgDt/Dt", "BookgDt/DtTm", "BookgDt"),
    "value_date": ("ValDt/Dt", "ValDt/DtTm", "ValDt"),
    "batch_count": ("NtryDtls/Btch/NbOfTxs", "Btch/NbOfTxs"),
}
"""Texts that become something else."""

DETAIL: Table = {
    "message_id": ("Refs/MsgId",),
    "payment_information_id": ("Refs/PmtInfId",),
    "instruction_id": ("Refs/InstrId",),
    "end_to_end_id": ("Refs/EndToEndId",),
    "uetr": ("Refs/UETR",),
    "transaction_id": ("Refs/TxId",),
    "servicer_reference": ("Refs/AcctSvcrRef",),
    "return_reason": ("RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry", "RtrInf/RtrRsn/Cd", "RtrInf/RtrRsn/Prtry"),
    **_OWN_CODE,
    "purpose": ("Purp/Cd", "Purp/Prtry"),
    "additional": ("AddtlTxInf",),
}

REFERENCES: Table = {
    "mandate_id": ("Refs/MndtId",),
    "cheque_number": ("Refs/ChqNb",),
    "clearing_reference": ("Refs/ClrSysRef",),
    "owner_transaction_id": ("Refs/AcctOwnrTxId",),
    "servicer_transaction_id": ("Refs/AcctSvcrTxId",),
    "infrastructure_transaction_id": ("Refs/MktInfrstrctrTxId",),
    "processing_id": ("Refs/PrcgId",),
    "proprietary_type": ("Refs/Prtry/Tp",),
    "proprietary": ("Refs/Prtry/Ref",),
}

_RATES = ("CcyXchg", "AmtDtls/InstdAmt/CcyXchg", "AmtDtls/TxAmt/CcyXchg", "AmtDtls/CntrValAmt/CcyXchg")


def _rate(element: str) -> tuple[str, ...]:
    return tuple(f"{place}/{element}" for place in _RATES)


EXCHANGE: Table = {
    "instructed_amount": ("AmtDtls/InstdAmt/Amt",),
    "instructed_currency": ("AmtDtls/InstdAmt/Amt/@Ccy",),
    "transaction_amount": ("AmtDtls/TxAmt/Amt",),
    "transaction_currency": ("AmtDtls/TxAmt/Amt/@Ccy",),
    "counter_amount": ("AmtDtls/CntrValAmt/Amt",),
    "counter_currency": ("AmtDtls/CntrValAmt/Amt/@Ccy",),
    "source_currency": _rate("SrcCcy"),
    "target_currency": _rate("TrgtCcy"),
    "unit_currency": _rate("UnitCcy"),
    "rate": _rate("XchgRate"),
    "contract": _rate("CtrctId"),
    "quoted": _rate("QtnDt"),
}


def _name(side: str) -> tuple[str, ...]:
    return tuple(f"RltdPties/{side}/{path}" for path in ("Pty/Nm", "Nm", "Agt/FinInstnId/Nm"))


def _id(side: str) -> tuple[str, ...]:
    kinds = ("OrgId/Othr/Id", "PrvtId/Othr/Id", "OrgId/AnyBIC", "OrgId/BICOrBEI", "OrgId/LEI")
    return tuple(f"RltdPties/{side}/{around}Id/{kind}" for around in ("Pty/", "") for kind in kinds)


def _account(side: str) -> tuple[str, ...]:
    return tuple(f"RltdPties/{side}Acct/Id/{path}" for path in ("IBAN", "Othr/Id", "BBAN", "PrtryAcct/Id"))


def _institution(around: str) -> tuple[str, ...]:
    kinds = ("BICFI", "BIC", "ClrSysMmbId/MmbId", "Nm", "Othr/Id")
    return tuple(f"{around}/FinInstnId/{kind}" for kind in kinds)


def _agent(side: str) -> tuple[str, ...]:
    return tuple(f"RltdAgts/{side}Agt/FinInstnId/{kind}" for kind in ("BICFI", "BIC", "ClrSysMmbId/MmbId", "Othr/Id"))


def _agent_name(side: str) -> tuple[str, ...]:
    return (f"RltdAgts/{side}Agt/FinInstnId/Nm",)


def _scheme(side: str) -> tuple[str, ...]:
    return tuple(f"RltdPties/{side}Acct/Id/Othr/SchmeNm/{kind}" for kind in ("Cd", "Prtry"))


def _address(side: str) -> tuple[str, ...]:
    lines = ("AdrLine", "BldgNb", "StrtNm", "PstCd", "TwnNm", "CtrySubDvsn", "Ctry")
    return tuple(f"RltdPties/{side}/{around}PstlAdr/{line}" for around in ("Pty/", "") for line in lines)


PARTIES: Table = {
    "initiating_party": _name("InitgPty"),
    "debtor": _name("Dbtr"),
    "debtor_id": _id("Dbtr"),
    "debtor_account": _account("Dbtr"),
    "debtor_account_scheme": _scheme("Dbtr"),
    "debtor_agent": _agent("Dbtr"),
    "debtor_agent_name": _agent_name("Dbtr"),
    "ultimate_debtor": _name("UltmtDbtr"),
    "ultimate_debtor_id": _id("UltmtDbtr"),
    "creditor": _name("Cdtr"),
    "creditor_id": _id("Cdtr"),
    "creditor_account": _account("Cdtr"),
    "creditor_account_scheme": _scheme("Cdtr"),
    "creditor_agent": _agent("Cdtr"),
    "creditor_agent_name": _agent_name("Cdtr"),
    "ultimate_creditor": _name("UltmtCdtr"),
    "ultimate_creditor_id": _id("UltmtCdtr"),
}

ADDRESSES: Table = {"debtor_address": _address("Dbtr"), "creditor_address": _address("Cdtr")}

RETURNED: Table = {
    "originator": ("RtrInf/Orgtr/Pty/Nm", "RtrInf/Orgtr/Nm", "RtrInf/RtrOrgtr/Nm"),
    "originator_id": tuple(
        f"RtrInf/{side}/Id/OrgId/{kind}"
        for side in ("Orgtr/Pty", "Orgtr", "RtrOrgtr")
        for kind in ("AnyBIC", "BICOrBEI", "BIC", "LEI", "Othr/Id")
    ),
    "original_code": ("RtrInf/OrgnlBkTxCd/Domn/Cd",),
    "original_family": ("RtrInf/OrgnlBkTxCd/Domn/Fmly/Cd",),
    "original_subfamily": ("RtrInf/OrgnlBkTxCd/Domn/Fmly/SubFmlyCd",),
    "original_proprietary": ("RtrInf/OrgnlBkTxCd/Prtry/Cd",),
    "original_issuer": ("RtrInf/OrgnlBkTxCd/Prtry/Issr",),
}

DATES: Table = {
    "accepted": ("RltdDts/AccptncDtTm",),
    "settled": ("RltdDts/IntrBkSttlmDt",),
    "traded": ("RltdDts/TradDt",),
    "executed": ("RltdDts/TxDtTm",),
    "started": ("RltdDts/StartDt",),
    "ended": ("RltdDts/EndDt",),
}

_DOCUMENT, _REFERENCE = "RmtInf/Strd/RfrdDocInf", "RmtInf/Strd/CdtrRefInf"

STRUCTURED: Table = {
    "creditor_reference": (f"{_REFERENCE}/Ref", f"{_REFERENCE}/CdtrRef"),
    "reference_kind": tuple(
        f"{_REFERENCE}/{kind}" for kind in ("Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry", "CdtrRefTp/Cd", "CdtrRefTp/Prtry")
    ),
    "reference_issuer": (f"{_REFERENCE}/Tp/Issr", f"{_REFERENCE}/CdtrRefTp/Issr"),
    "document": (f"{_DOCUMENT}/Nb", f"{_DOCUMENT}/RfrdDocNb"),
    "document_kind": tuple(
        f"{_DOCUMENT}/{kind}" for kind in ("Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry", "RfrdDocTp/Cd", "RfrdDocTp/Prtry")
    ),
    "document_date": (f"{_DOCUMENT}/RltdDt/Dt", f"{_DOCUMENT}/RltdDt", "RmtInf/Strd/RfrdDocRltdDt"),
    "remitted_amount": ("RmtInf/Strd/RfrdDocAmt/RmtdAmt",),
    "remitted_currency": ("RmtInf/Strd/RfrdDocAmt/RmtdAmt/@Ccy",),
}
STRUCTURED_LISTS: Table = {"additional": ("RmtInf/Strd/AddtlRmtInf",)}

RETURN_TEXT = ("RtrInf/AddtlInf", "RtrInf/AddtlRtrRsnInf")
REMITTANCE = ("RmtInf/Ustrd",)
"""Texts that may stand several times: joined by a space."""

CHARGE: Table = {
    "kind": ("Tp/Cd", "Tp/Prtry/Id", "Tp/Prtry"),
    "agent": (*_institution("Agt"), *_institution("Pty")),
}
CHARGE_READ: Table = {"amount": ("Amt",), "direction": ("CdtDbtInd",), "is_included": ("ChrgInclInd",)}
CHARGES_TOTAL = "Chrgs/TtlChrgsAndTaxAmt"
CHARGE_CONTENT = Content(CHARGE, CHARGE_READ, {"total": ("TtlChrgsAndTaxAmt",)})
"""Of a record, and of Chrgs itself in the form without records."""


def _paths(*tables: Table) -> Iterator[str]:
    return (path for table in tables for paths in table.values() for path in paths)


_SHARED: Table = {"amount": ("Amt",), "direction": ("CdtDbtInd",), **{path: (path,) for path in DOMAIN}}
DETAILS = ("NtryDtls/TxDtls", "TxDtls")
ENTRY_CONTENT = Content(_SHARED, ENTRY, ENTRY_READ, EXCHANGE, apart=(*DETAILS, "Chrgs"))
DETAIL_CONTENT = Content(
    *(_SHARED, DETAIL, REFERENCES, EXCHANGE, PARTIES, RETURNED, DATES, STRUCTURED),
    several=(*RETURN_TEXT, *REMITTANCE, *_paths(ADDRESSES, STRUCTURED_LISTS)),
    apart=("Chrgs",),
)
