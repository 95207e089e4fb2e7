"""Every element of a pain.001 that we may write, in the order of the schema: where it stands, what it holds, its rule.

Read it beside the message definition report (pain.001.001.09; .12 has the same elements, .03 what ``in_03`` says).
An element that is not in the table cannot be written; a partner's profile narrows it further (``Narrowing``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from formats.iso20022.pain001 import rules
from formats.iso20022.pain001.rules import Rule
from formats.text import Charset

ALWAYS = ""
SAME = "same"
ABSENT = ""


@dataclass(frozen=True, slots=True)
class Element:
    """One row. ``path`` is below the record's own element, ``field`` is the value's name in ``model``."""

    path: str
    field: str
    rule: Rule
    needed_with: str | None = None
    """Must be there as soon as any value of this field is; ALWAYS for every record, None for never."""
    or_else: str | None = None
    """Is not needed when this field is there."""
    not_with: str | None = None
    """Must not be there together with this field."""
    fixed: str | None = None
    """No value of the model: always this text, in which ``{currency}`` is that of the block."""
    in_03: str = SAME
    """Where it stands in pain.001.001.03, or ABSENT."""

    def place(self, version: str) -> str:
        """The path in this version, empty when it has no such element."""
        return self.in_03 if version == "pain.001.001.03" and self.in_03 != SAME else self.path


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What one partner takes less than the standard allows."""

    charset: Charset = "unicode"
    chars_max: Mapping[str, int] = field(default_factory=dict)
    """Longest text of a field, where that is shorter than the rule's."""
    without: frozenset[str] = frozenset()
    """Fields that this partner does not take at all."""


WHOLE_STANDARD = Narrowing()


def address(path: str, name: str) -> tuple[Element, ...]:
    """Where an address may stand, in any message."""
    return (
        Element(f"{path}/StrtNm", f"{name}.street", rules.NAME),
        Element(f"{path}/BldgNb", f"{name}.building", rules.SHORT),
        Element(f"{path}/PstCd", f"{name}.post_code", rules.SHORT),
        Element(f"{path}/TwnNm", f"{name}.town", rules.LABEL, needed_with=name),
        Element(f"{path}/CtrySubDvsn", f"{name}.subdivision", rules.LABEL),
        Element(f"{path}/Ctry", f"{name}.country", rules.COUNTRY, needed_with=name),
    )


def party(path: str, name: str, needed_with: str) -> tuple[Element, ...]:
    """A person or an organisation."""
    return (
        Element(f"{path}/Nm", f"{name}.name", rules.NAME, needed_with),
        *address(f"{path}/PstlAdr", f"{name}.address"),
        Element(f"{path}/Id/OrgId/Othr/Id", f"{name}.organisation_id", rules.LABEL),
        Element(f"{path}/Id/PrvtId/Othr/Id", f"{name}.person_id", rules.LABEL, not_with=f"{name}.organisation_id"),
    )


def account(path: str, name: str) -> tuple[Element, ...]:
    """A number that is no IBAN."""
    return (
        Element(f"{path}/Id/Othr/Id", f"{name}.number", rules.NUMBER, ALWAYS),
        Element(f"{path}/Id/Othr/SchmeNm/Prtry", f"{name}.scheme", rules.LABEL),
    )


def agent(path: str, name: str, needed_with: str | None = None) -> tuple[Element, ...]:
    """A bank."""
    institution, member = f"{path}/FinInstnId", f"{path}/FinInstnId/ClrSysMmbId"
    bicfi, system, member_id = f"{name}.bicfi", f"{name}.clearing_system", f"{name}.member_id"
    return (
        Element(f"{institution}/BICFI", bicfi, rules.BIC, needed_with, member_id, in_03=f"{institution}/BIC"),
        Element(f"{member}/ClrSysId/Prtry", system, rules.LABEL),
        Element(f"{member}/MmbId", member_id, rules.LABEL, needed_with=system),
    )


HEADER = (
    Element("MsgId", "message_id", rules.ID, ALWAYS),
    Element("CreDtTm", "created", rules.MOMENT, ALWAYS),
    Element("NbOfTxs", "count", rules.COUNT, ALWAYS),
    Element("CtrlSum", "control_sum", rules.AMOUNT, ALWAYS),
    *party("InitgPty", "initiating_party", ALWAYS),
)
"""GrpHdr."""

BLOCK = (
    Element("PmtInfId", "payment_information_id", rules.ID, ALWAYS),
    Element("PmtMtd", "method", rules.CODE, fixed="TRF"),
    Element("BtchBookg", "batch_booking", rules.FLAG, ALWAYS),
    Element("NbOfTxs", "count", rules.COUNT, ALWAYS),
    Element("CtrlSum", "control_sum", rules.AMOUNT, ALWAYS),
    Element("PmtTpInf/InstrPrty", "priority", rules.PRIORITY),
    Element("PmtTpInf/SvcLvl/Cd", "service_level", rules.CODE),
    Element("PmtTpInf/CtgyPurp/Cd", "category_purpose", rules.CODE),
    Element("ReqdExctnDt/Dt", "execution_date", rules.DAY, ALWAYS, in_03="ReqdExctnDt"),
    *party("Dbtr", "debtor", ALWAYS),
    *account("DbtrAcct", "debtor_account"),
    Element("DbtrAcct/Ccy", "currency", rules.CURRENCY, ALWAYS),
    *agent("DbtrAgt", "debtor_agent", ALWAYS),
    *party("UltmtDbtr", "ultimate_debtor", needed_with="ultimate_debtor"),
    Element("ChrgBr", "charge_bearer", rules.BEARER, ALWAYS),
)
"""PmtInf, before its transfers."""

TRANSFER = (
    Element("PmtId/InstrId", "instruction_id", rules.ID, ALWAYS),
    Element("PmtId/EndToEndId", "end_to_end_id", rules.ID, ALWAYS),
    Element("PmtId/UETR", "uetr", rules.UETR, in_03=ABSENT),
    Element("Amt/InstdAmt/@Ccy", "currency", rules.CURRENCY, fixed="{currency}"),
    Element("Amt/InstdAmt", "amount", rules.AMOUNT, ALWAYS),
    *agent("CdtrAgt", "creditor_agent"),
    *party("Cdtr", "creditor", ALWAYS),
    *account("CdtrAcct", "creditor_account"),
    *party("UltmtCdtr", "ultimate_creditor", needed_with="ultimate_creditor"),
    Element("Purp/Cd", "purpose", rules.CODE),
    Element("RmtInf/Ustrd", "remittance", rules.REMITTANCE),
    Element("RmtInf/Strd/RfrdDocInf/Nb", "document", rules.LABEL),
    Element("RmtInf/Strd/CdtrRefInf/Ref", "reference", rules.LABEL),
)
"""CdtTrfTxInf. The currency is that of its block."""

VERSIONS = ("pain.001.001.03", "pain.001.001.09", "pain.001.001.12")
"""The versions we write."""

WITH_ENVELOPE = VERSIONS[1:]
"""Those with a place for an enveloped signature, at the end of the message."""
