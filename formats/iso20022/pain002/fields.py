"""Where the values of a status report stand, in every version; the best path first."""

from __future__ import annotations

from formats.iso20022.picking import Content, Table


def _each(around: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{around}/{name}" for name in names)


_INSTITUTION = ("FinInstnId/BICFI", "FinInstnId/BIC", "FinInstnId/ClrSysMmbId/MmbId")
_ORGANISATION = ("Id/OrgId/AnyBIC", "Id/OrgId/BICOrBEI", "Id/OrgId/LEI", "Id/OrgId/Othr/Id", "Id/PrvtId/Othr/Id")
_NAME = ("Pty/Nm", "Nm")
_PARTY_ID = (*_ORGANISATION, *_each("Pty", *_ORGANISATION))
_ACCOUNT = ("Id/IBAN", "Id/Othr/Id")
_DAY = ("Dt", "DtTm")

HEADER: Table = {
    "message_id": ("MsgId",),
    "sender": ("InitgPty/Nm",),
    "sender_id": _each("InitgPty", *_ORGANISATION),
    "forwarding_agent": _each("FwdgAgt", *_INSTITUTION),
    "debtor_agent": _each("DbtrAgt", *_INSTITUTION),
}
GROUP: Table = {
    "original_message_id": ("OrgnlMsgId",),
    "original_message_name": ("OrgnlMsgNmId",),
    "status": ("GrpSts",),
    "original_sum": ("OrgnlCtrlSum",),
}
BLOCK: Table = {
    "original_payment_information_id": ("OrgnlPmtInfId",),
    "status": ("PmtInfSts",),
    "original_sum": ("OrgnlCtrlSum",),
}
REASON: Table = {
    "code": ("Rsn/Cd",),
    "proprietary": ("Rsn/Prtry",),
    "originator": _each("Orgtr", *_NAME),
    "originator_id": _each("Orgtr", *_PARTY_ID),
}
COUNTED: Table = {"status": ("DtldSts",), "count": ("DtldNbOfTxs",), "total": ("DtldCtrlSum",)}
CHARGE: Table = {
    "agent": (*_each("Agt", *_INSTITUTION), *_each("Pty", *_INSTITUTION)),
    "kind": ("Tp/Cd", "Tp/Prtry/Id"),
}

TRANSFER: Table = {
    "original_instruction_id": ("OrgnlInstrId",),
    "original_end_to_end_id": ("OrgnlEndToEndId",),
    "original_uetr": ("OrgnlUETR",),
    "status": ("TxSts",),
    "status_id": ("StsId",),
    "servicer_reference": ("AcctSvcrRef",),
    "clearing_reference": ("ClrSysRef",),
}
TRANSFER_READ: Table = {
    "original_message_id": ("OrgnlGrpInf/OrgnlMsgId",),
    "original_payment_information_id": ("OrgnlPmtInfId",),
    "accepted": ("AccptncDtTm",),
    "settled": (*_each("FctvIntrBkSttlmDt", *_DAY), "FctvIntrBkSttlmDt"),
}

_AMOUNTS = "OrgnlTxRef/Amt"
INSTRUCTED = f"{_AMOUNTS}/InstdAmt"
ORIGINAL: Table = {
    "instructed_amount": (INSTRUCTED,),
    "instructed_currency": (f"{INSTRUCTED}/@Ccy",),
    "equivalent_amount": (f"{_AMOUNTS}/EqvtAmt/Amt",),
    "equivalent_currency": (f"{_AMOUNTS}/EqvtAmt/Amt/@Ccy",),
    "transfer_currency": (f"{_AMOUNTS}/EqvtAmt/CcyOfTrf",),
    "settled_amount": ("OrgnlTxRef/IntrBkSttlmAmt",),
    "settled_currency": ("OrgnlTxRef/IntrBkSttlmAmt/@Ccy",),
    "settled_on": ("OrgnlTxRef/IntrBkSttlmDt",),
    "execution_date": (*_each("OrgnlTxRef/ReqdExctnDt", *_DAY), "OrgnlTxRef/ReqdExctnDt"),
    "collection_date": ("OrgnlTxRef/ReqdColltnDt",),
    "method": ("OrgnlTxRef/PmtMtd",),
    "category_purpose": _each("OrgnlTxRef/PmtTpInf/CtgyPurp", "Cd", "Prtry"),
    "purpose": _each("OrgnlTxRef/Purp", "Cd", "Prtry"),
    "mandate_id": _each("OrgnlTxRef/MndtRltdInf", "MndtId", "DrctDbtMndt/MndtId"),
    "debtor": _each("OrgnlTxRef/Dbtr", *_NAME),
    "debtor_account": _each("OrgnlTxRef/DbtrAcct", *_ACCOUNT),
    "debtor_agent": _each("OrgnlTxRef/DbtrAgt", *_INSTITUTION),
    "ultimate_debtor": _each("OrgnlTxRef/UltmtDbtr", *_NAME),
    "creditor": _each("OrgnlTxRef/Cdtr", *_NAME),
    "creditor_id": _each("OrgnlTxRef/Cdtr", *_PARTY_ID),
    "creditor_account": _each("OrgnlTxRef/CdtrAcct", *_ACCOUNT),
    "creditor_agent": _each("OrgnlTxRef/CdtrAgt", *_INSTITUTION),
    "creditor_agent_name": ("OrgnlTxRef/CdtrAgt/FinInstnId/Nm",),
    "ultimate_creditor": _each("OrgnlTxRef/UltmtCdtr", *_NAME),
    "creditor_reference": ("OrgnlTxRef/RmtInf/Strd/CdtrRefInf/Ref",),
}
ORIGINAL_LISTS: Table = {"remittance": ("OrgnlTxRef/RmtInf/Ustrd",)}

REASON_CONTENT = Content(REASON, several=("AddtlInf",))
COUNTED_CONTENT = Content(COUNTED)
CHARGE_CONTENT = Content(CHARGE, {"amount": ("Amt",)})
TRANSFER_CONTENT = Content(
    TRANSFER, TRANSFER_READ, ORIGINAL, several=ORIGINAL_LISTS["remittance"], apart=("StsRsnInf", "ChrgsInf")
)
_LISTS = ("StsRsnInf", "NbOfTxsPerSts")
_COUNT: Table = {"original_count": ("OrgnlNbOfTxs",)}
HEADER_CONTENT = Content(HEADER, {"created": ("CreDtTm",)})
GROUP_CONTENT = Content(GROUP, _COUNT, {"original_created": ("OrgnlCreDtTm",)}, apart=_LISTS)
BLOCK_CONTENT = Content(BLOCK, _COUNT, apart=_LISTS)
