"""Where the values of an entry and of a detail stand, in every version; the best path first."""

from __future__ import annotations

from formats.iso20022.camt.model import Exchange, Parties, References, Returned
from formats.iso20022.picking import Table

_BANK_CODE = {
    "bank_domain": ("BkTxCd/Domn/Cd",),
    "bank_family": ("BkTxCd/Domn/Fmly/Cd",),
    "bank_subfamily": ("BkTxCd/Domn/Fmly/SubFmlyCd",),
    "proprietary_code": ("BkTxCd/Prtry/Cd",),
    "proprietary_issuer": ("BkTxCd/Prtry/Issr",),
}

DOMAIN = ("bank_domain", "bank_family", "bank_subfamily")

ENTRY: Table = {
    "amount": ("Amt",),
    "currency": ("Amt/@Ccy",),
    "direction": ("CdtDbtInd",),
    "reversal": ("RvslInd",),
    "status": ("Sts/Cd", "Sts/Prtry", "Sts"),
    "booking_date": ("BookgDt/Dt", "BookgDt/DtTm", "BookgDt"),
    "value_date": ("ValDt/Dt", "ValDt/DtTm", "ValDt"),
    "reference": ("NtryRef",),
    "servicer_reference": ("AcctSvcrRef",),
    **_BANK_CODE,
    "message_id": ("NtryDtls/Btch/MsgId", "Btch/MsgId"),
    "payment_information_id": ("NtryDtls/Btch/PmtInfId", "Btch/PmtInfId"),
    "batch_count": ("NtryDtls/Btch/NbOfTxs", "Btch/NbOfTxs"),
    "batch_amount": ("NtryDtls/Btch/TtlAmt", "Btch/TtlAmt"),
    "batch_direction": ("NtryDtls/Btch/CdtDbtInd", "Btch/CdtDbtInd"),
    "additional": ("AddtlNtryInf",),
}

DETAIL: Table = {
    "amount": ("Amt", "AmtDtls/TxAmt/Amt"),
    "currency": ("Amt/@Ccy", "AmtDtls/TxAmt/Amt/@Ccy"),
    "direction": ("CdtDbtInd",),
    "message_id": ("Refs/MsgId",),
    "payment_information_id": ("Refs/PmtInfId",),
    "instruction_id": ("Refs/InstrId",),
    "end_to_end_id": ("Refs/EndToEndId",),
    "uetr": ("Refs/UETR",),
    "transaction_id": ("Refs/TxId",),
    "servicer_reference": ("Refs/AcctSvcrRef",),
    "return_reason": ("RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry", "RtrInf/RtrRsn/Cd", "RtrInf/RtrRsn/Prtry"),
    **_BANK_CODE,
    "purpose": ("Purp/Cd", "Purp/Prtry"),
    "document": ("RmtInf/Strd/RfrdDocInf/Nb", "RmtInf/Strd/RfrdDocInf/RfrdDocNb"),
    "accepted": ("RltdDts/AccptncDtTm",),
    "settled": ("RltdDts/IntrBkSttlmDt",),
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
}


def _name(side: str) -> tuple[str, ...]:
    return tuple(f"RltdPties/{side}/{path}" for path in ("Pty/Nm", "Nm", "Agt/FinInstnId/Nm"))


def _id(side: str) -> tuple[str, ...]:
    kinds = ("OrgId/Othr/Id", "PrvtId/Othr/Id", "OrgId/AnyBIC", "OrgId/BICOrBEI", "OrgId/LEI")
    return tuple(f"RltdPties/{side}/{around}Id/{kind}" for around in ("Pty/", "") for kind in kinds)


def _account(side: str) -> tuple[str, ...]:
    return tuple(f"RltdPties/{side}Acct/Id/{path}" for path in ("IBAN", "Othr/Id"))


def _agent(side: str) -> tuple[str, ...]:
    kinds = ("BICFI", "BIC", "ClrSysMmbId/MmbId", "Nm", "Othr/Id")
    return tuple(f"RltdAgts/{side}Agt/FinInstnId/{kind}" for kind in kinds)


PARTIES: Table = {
    "initiating_party": _name("InitgPty"),
    "debtor": _name("Dbtr"),
    "debtor_id": _id("Dbtr"),
    "debtor_account": _account("Dbtr"),
    "debtor_agent": _agent("Dbtr"),
    "ultimate_debtor": _name("UltmtDbtr"),
    "ultimate_debtor_id": _id("UltmtDbtr"),
    "creditor": _name("Cdtr"),
    "creditor_id": _id("Cdtr"),
    "creditor_account": _account("Cdtr"),
    "creditor_agent": _agent("Cdtr"),
    "ultimate_creditor": _name("UltmtCdtr"),
    "ultimate_creditor_id": _id("UltmtCdtr"),
}

RETURNED: Table = {
    "originator": ("RtrInf/Orgtr/Pty/Nm", "RtrInf/Orgtr/Nm", "RtrInf/RtrOrgtr/Nm"),
    "original_code": ("RtrInf/OrgnlBkTxCd/Domn/Cd",),
    "original_family": ("RtrInf/OrgnlBkTxCd/Domn/Fmly/Cd",),
    "original_subfamily": ("RtrInf/OrgnlBkTxCd/Domn/Fmly/SubFmlyCd",),
    "original_proprietary": ("RtrInf/OrgnlBkTxCd/Prtry/Cd",),
}

ENTRY_PARTS = {"exchange": (Exchange, EXCHANGE)}
DETAIL_PARTS = {
    "references": (References, REFERENCES),
    "exchange": (Exchange, EXCHANGE),
    "parties": (Parties, PARTIES),
    "returned": (Returned, RETURNED),
}

DETAIL_LISTS: Table = {
    "return_text": ("RtrInf/AddtlInf",),
    "remittance": ("RmtInf/Ustrd",),
    "creditor_reference": ("RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Strd/CdtrRefInf/CdtrRef"),
}
"""Values that may stand several times; joined by a space."""

CHARGES = frozenset(f"Chrgs/{path}" for path in ("Rcrd/Amt", "Rcrd/CdtDbtInd", "Amt", "CdtDbtInd", "TtlChrgsAndTaxAmt"))
DETAILS = ("NtryDtls/TxDtls", "TxDtls")


def _paths(*tables: Table) -> frozenset[str]:
    found = (path.removesuffix("/@Ccy") for table in tables for paths in table.values() for path in paths)
    return frozenset(found) | CHARGES


DETAIL_KNOWN = _paths(DETAIL, DETAIL_LISTS, *(table for _, table in DETAIL_PARTS.values())) | {"Refs", "RtrInf"}
ENTRY_KNOWN = _paths(ENTRY, *(table for _, table in ENTRY_PARTS.values())) | {"NtryDtls", *DETAILS}
"""Paths of texts that have a place in the model."""
